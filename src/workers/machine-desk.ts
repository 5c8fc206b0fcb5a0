import type { AssembleAnswer, MachineRequestName, MachineRequestParams } from '../protocol/machine.ts'
import { Failure } from '../core/base/failure.ts'
import { assemble } from '../core/machine/assembler/assemble.ts'
import { errorInfo } from '../core/session/commands.ts'
import type { MachineSettings } from './machine-settings.ts'
import { serveMachine, START, type MachineOrder, type MachineReport, type Served } from './machine-thread.ts'

/** The inside of a machine's thread: reports the first state, or why there is none, and takes orders. */
export function startMachine(settings: MachineSettings, report: (report: MachineReport) => void): (order: MachineOrder) => void {
  try {
    const desk = openDesk(settings, (offset, text) => report({ type: 'serial', offset, text }))
    if (settings.machine !== null) report({ type: 'state', state: desk.state() })
    return serveMachine(desk, report)
  } catch (error) {
    report({ type: 'error', id: START, error: errorInfo(error), bug: error instanceof Failure ? null : String(error) })
    return () => undefined
  }
}

/** Makes what a thread serves. `serial`: what the machine sends, from which character on. */
function openDesk(settings: MachineSettings, _serial: (offset: number, text: string) => void): Served {
  if (settings.machine === null) return new Assembler()
  throw new Failure('unsupported', 'Machines cannot be opened yet.')
}

/** A thread without a machine: assembles and tells what is wrong with a program. */
class Assembler implements Served {
  request(name: MachineRequestName, params: unknown): AssembleAnswer {
    if (name !== 'machine.assemble') throw new Failure('invalid', `${name} needs a machine.`)
    const { ok, messages, image } = assemble((params as MachineRequestParams<'machine.assemble'>).source)
    return { ok, messages, size: image.length }
  }

  slice(): boolean {
    return false
  }

  state(): never {
    throw new Error('there is no machine here')
  }
}
