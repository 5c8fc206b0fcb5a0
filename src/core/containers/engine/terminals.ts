import type { RecordId } from '../../../protocol/records.ts'
import { encodeUtf8, Utf8StreamDecoder } from '../../base/bytes.ts'
import { Failure } from '../../base/failure.ts'
import type { ProcessHandle } from '../runtime/kernel.ts'
import type { Container } from './container.ts'
import { execInContainer } from './container-life.ts'
import type { Engine, EngineGround } from './engine.ts'
import type { Owner } from './machine.ts'

interface OpenTerminal {
  readonly engine: Engine
  readonly container: Container | null
  readonly process: ProcessHandle
}

type Size = { readonly columns: number; readonly rows: number }

/** Shells with a window: in a container, as `docker exec -it` gives one, or on the engine's machine as root. */
export class Terminals {
  private readonly open = new Map<RecordId<'terminal'>, OpenTerminal>()
  private readonly ground: EngineGround
  private readonly emit: (terminal: RecordId<'terminal'>, text: string) => void

  constructor(ground: EngineGround, emit: (terminal: RecordId<'terminal'>, text: string) => void) {
    this.ground = ground
    this.emit = emit
  }

  openOnContainer(engine: Engine, container: Container, size: Size): RecordId<'terminal'> {
    const shell = container.root.lookup('/bin/bash') ? 'bash' : 'sh'
    return this.start(engine, container, `${container.name}: ${shell}`, (io) => execInContainer(engine, container, { ...io, argv: [shell], terminal: size }))
  }

  openOnMachine(engine: Engine, size: Size): RecordId<'terminal'> {
    const machine = engine.machine()
    const shell = machine.host.root.lookup('/bin/bash') ? '/bin/bash' : '/bin/sh'
    return this.start(engine, null, machine.info.hostname, (io) => machine.kernel.spawn({
      ...io, namespace: machine.host, argv: [shell], cwd: '/root', uid: 0, gid: 0, groups: [0], terminal: size,
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', USER: 'root', LOGNAME: 'root', SHELL: shell, TERM: 'xterm-256color', HOSTNAME: machine.info.hostname },
    }))
  }

  /** The machine that a terminal's shell runs on, unless that is in a container. */
  machineOf(id: RecordId<'terminal'>): Owner | undefined {
    const found = this.open.get(id)
    return found && !found.container ? found.engine.owner : undefined
  }

  input(id: RecordId<'terminal'>, data: string): void {
    this.require(id).process.write(encodeUtf8(data))
  }

  resize(id: RecordId<'terminal'>, columns: number, rows: number): void {
    this.require(id).process.resize(columns, rows)
  }

  /** Hangs up: the shell gets SIGHUP, and what it leaves is its own affair. Closing twice is no error. */
  close(id: RecordId<'terminal'>): void {
    const found = this.open.get(id)
    this.markClosed(id)
    this.ground.store.remove(id)
    if (!found) return
    found.process.closeInput()
    found.engine.machineIfUp()?.kernel.signal(found.process.pid, 'HUP')
  }

  /** The machine went down: no shell says goodbye. */
  dropAll(engine: Engine): void {
    for (const [id, terminal] of [...this.open]) {
      if (terminal.engine !== engine) continue
      this.emit(id, '\r\nConnection to the machine is lost.\r\n')
      this.markClosed(id)
    }
  }

  private start(
    engine: Engine, container: Container | null, title: string,
    spawn: (io: { stdin: 'open'; stdout: (bytes: Uint8Array) => void; stderr: (bytes: Uint8Array) => void; onExit: () => void }) => ReturnType<typeof execInContainer>,
  ): RecordId<'terminal'> {
    const id = this.ground.ids.next('terminal')
    const decoder = new Utf8StreamDecoder()
    const write = (bytes: Uint8Array): void => this.emit(id, decoder.push(bytes))
    const result = spawn({ stdin: 'open', stdout: write, stderr: write, onExit: () => this.markClosed(id) })
    if (!result.ok) {
      throw new Failure('refused', `OCI runtime exec failed: exec failed: unable to start container process: exec: "sh": ${result.reason}: unknown`, 'The image has no shell.')
    }
    this.open.set(id, { engine, container, process: result.process })
    this.ground.store.put({ id, type: 'terminal', target: container?.record ?? engine.id, title, state: 'open' })
    return id
  }

  private markClosed(id: RecordId<'terminal'>): void {
    if (!this.open.delete(id)) return
    if (this.ground.store.get(id)) this.ground.store.update(id, { state: 'closed' })
  }

  private require(id: RecordId<'terminal'>): OpenTerminal {
    const found = this.open.get(id)
    if (!found) throw new Failure('conflict', 'This terminal is closed.', 'Open a new one.')
    return found
  }
}
