import type { MachineRequestName, MachineRequestParams, MachineState } from '../protocol/machine.ts'
import { Failure } from '../core/base/failure.ts'
import { MachineDesk, type DeskRequestName } from '../core/machine/desk/machine-desk.ts'
import { warmUp } from '../core/machine/history/warm-up.ts'
import { errorInfo } from '../core/session/commands.ts'
import { Helper } from './helper.ts'
import { programOf } from './machine-program.ts'
import type { MachineSettings } from './machine-settings.ts'
import { serveMachine, START, type MachineOrder, type MachineReport, type Served } from './machine-thread.ts'

/** The inside of a machine's thread: reports the first state, or why there is none, and takes orders. */
export function startMachine(settings: MachineSettings, report: (report: MachineReport) => void): (order: MachineOrder) => void {
  if (settings.machine === null) return serveMachine(new Helper(), report)
  try {
    const desk = new MachineDesk(settings.machine, programOf(settings.source), (offset, bytes) => report({ type: 'serial', offset, text: Buffer.from(bytes).toString('latin1') }))
    report({ type: 'state', state: desk.state() })
    // While the window draws, and before anybody goes back in time.
    setImmediate(warmUp)
    return serveMachine(new ServedDesk(desk), report)
  } catch (error) {
    report({ type: 'error', id: START, error: errorInfo(error), bug: error instanceof Failure ? null : String(error) })
    return () => undefined
  }
}

class ServedDesk implements Served {
  private readonly desk: MachineDesk

  constructor(desk: MachineDesk) {
    this.desk = desk
  }

  get running(): boolean {
    return this.desk.running
  }

  get seconds(): number {
    return this.desk.seconds
  }

  request(name: MachineRequestName, params: unknown): unknown {
    return this.desk.request(name as DeskRequestName, params as MachineRequestParams<DeskRequestName>)
  }

  slice(): boolean {
    return this.desk.slice()
  }

  state(): MachineState {
    return this.desk.state()
  }
}
