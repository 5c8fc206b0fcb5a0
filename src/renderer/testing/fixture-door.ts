import type { CatalogueAnswer } from '../../protocol/catalogue.ts'
import type { MachineRequestName } from '../../protocol/machine.ts'
import type { ClientMessage, CoreMessage } from '../../protocol/messages.ts'
import type { AnyRecord } from '../../protocol/records.ts'
import type { CoreConnection, Door } from '../app/connection/doors.ts'
import { FixtureMachine } from './fixture-machine.ts'

const CATALOGUE: CatalogueAnswer = {
  hostModels: [{
    key: 'rack-server', name: 'Two-socket rack server', formFactor: 'server', year: 2012, memoryMiB: 65536, nics: ['ixgbe'], disks: [], switchedOff: [],
    cpu: { model: 'Xeon E5-2640', vendor: 'intel', year: 2012, cores: 16, ghz: 2.5, flags: ['vmx'] },
  }],
  hostSystems: [{ key: 'debian-12', name: 'Debian 12', family: 'linux', kernel: 'Linux 6.1', year: 2023, memoryMiB: 512 }],
  hypervisors: [], guests: [], samples: [], images: [{ reference: 'nginx:1.27', size: 72_000_000 }],
}

/** A core that only knows recorded records and one recorded machine: for tests of the window's own parts. It refuses every command, in words. */
export class FixtureCore {
  readonly received: ClientMessage[] = []
  readonly machine = new FixtureMachine()
  readonly door: Door
  private send: (message: CoreMessage) => void = () => undefined
  private shut: (reason: string) => void = () => undefined
  private readonly records: readonly AnyRecord[]
  private readonly fresh: boolean
  private readonly simTime: number

  constructor(records: readonly AnyRecord[], fresh = false, simTime = 252_381_520_000) {
    this.records = records
    this.fresh = fresh
    this.simTime = simTime
    this.door = () => Promise.resolve(this.connection())
  }

  /** Says something as the core would. */
  say(message: CoreMessage): void {
    this.send(message)
  }

  /** Closes the channel, as when the core is gone. */
  drop(): void {
    this.shut('gone')
  }

  private connection(): CoreConnection {
    return {
      post: (message) => {
        this.received.push(message)
        queueMicrotask(() => this.answer(message))
      },
      onMessage: (listener) => { this.send = listener },
      onClose: (listener) => { this.shut = listener },
      close: () => this.shut('closed'),
    }
  }

  private answer(message: ClientMessage): void {
    if (message.type === 'resync') {
      this.say({ type: 'status', status: { state: 'ready', project: { name: 'Teaching room', path: null, dirty: true, fresh: this.fresh } } })
      this.say({ type: 'snapshot', seq: 1, simTime: this.simTime, records: this.records })
    } else if (message.type === 'query' && message.name === 'catalogue') this.say({ type: 'result', id: message.id, value: CATALOGUE })
    else if (message.type === 'machine') {
      const { value, also } = this.machine.answer(message.name as MachineRequestName, message.params as Record<string, unknown>)
      this.say({ type: 'result', id: message.id, value })
      for (const one of also) this.say(one)
    } else if (message.type === 'follow' && message.stream.startsWith('serial:')) {
      this.say({ type: 'stream', stream: message.stream, offset: 0, text: 'Hello from a computer of glass.\r\n$ ' })
    } else if (message.type === 'command' || message.type === 'query' || message.type === 'project') {
      this.say({ type: 'error', id: message.id, error: { code: 'refused', message: `${message.name} is not possible with recorded records.`, hint: 'Start the real core.' } })
    }
  }
}
