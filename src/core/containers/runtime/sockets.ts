import type { Bytes } from '../../base/bytes.ts'
import type { SocketConnection } from './kernel.ts'
import type { OpenFile } from './open-file.ts'
import { Pipe } from './pipe.ts'
import type { Process } from './process.ts'
import { WaitQueue } from './wait-queue.ts'

/** A listening port: connections wait here until the server accepts them. */
export class Listener {
  readonly port: number
  readonly owner: Process
  private readonly backlog: OpenFile[] = []
  private readonly arrived = new WaitQueue()

  constructor(port: number, owner: Process) {
    this.port = port
    this.owner = owner
  }

  offer(connection: OpenFile): void {
    this.backlog.push(connection)
    this.arrived.wakeAll()
  }

  async accept(process: Process): Promise<OpenFile> {
    for (;;) {
      const next = this.backlog.shift()
      if (next) return next
      await process.block(this.arrived, true)
    }
  }
}

/** Connects a process to a listener: two pipes, crosswise. */
export function connectProcess(listener: Listener, inode: number): OpenFile {
  const [there, back] = [new Pipe(inode, 'socket'), new Pipe(inode + 1, 'socket')]
  listener.offer(socketFile(there, back.writeEnd))
  return socketFile(back, there.writeEnd)
}

/** Connects someone outside the simulated processes (a port mapping, a browser pane) to a listener. */
export function connectOutside(listener: Listener, inode: number): SocketConnection {
  const incoming = new Pipe(inode, 'socket')
  const dataListeners: ((bytes: Bytes) => void)[] = []
  const closeListeners: (() => void)[] = []
  let early: Bytes[] = []
  let closed = false
  const outgoing: Pick<OpenFile, 'write' | 'close'> = {
    write: async (process, bytes) => {
      await process.use(bytes.length)
      const copy = bytes.slice()
      if (dataListeners.length === 0) early.push(copy)
      for (const listen of dataListeners) listen(copy)
    },
    close: () => {
      closed = true
      for (const listen of closeListeners) listen()
    },
  }
  listener.offer(socketFile(incoming, outgoing))
  return {
    send: (bytes) => incoming.push(bytes.slice()),
    closeWrite: () => incoming.closeWriter(),
    onData: (listen) => {
      dataListeners.push(listen)
      for (const bytes of early) listen(bytes)
      early = []
    },
    onClose: (listen) => {
      closeListeners.push(listen)
      if (closed) listen()
    },
  }
}

function socketFile(incoming: Pipe, outgoing: Pick<OpenFile, 'write' | 'close'>): OpenFile {
  return {
    kind: 'socket',
    path: incoming.readEnd.path,
    read: (process, max) => incoming.read(process, max),
    write: (process, bytes) => outgoing.write(process, bytes),
    close: () => {
      incoming.readEnd.close()
      outgoing.close()
    },
  }
}
