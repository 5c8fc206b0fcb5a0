import { vmProgram } from '../core/datacenter/vm-machine.ts'
import { programOfGuest, programOfImage, programOfSource } from '../core/machine/desk/open-program.ts'
import type { MachineProgram } from '../core/machine/desk/program.ts'
import { monitorOf } from '../core/hypervisor/techniques/technique.ts'
import type { TechniqueName } from '../protocol/machine.ts'
import type { MachineSource } from './machine-settings.ts'

/** The machine to be. Throws a `Failure` in words where there can be none. */
export function programOf(source: MachineSource): MachineProgram {
  switch (source.kind) {
    case 'vm': return virtualized({ title: source.title, tick: source.tick, vm: source.seen, ...vmProgram(source.vm) }, source.vm.technique)
    case 'branch': {
      // A branch is no VM's any more.
      const { config, technique, symbols, lines, source: text } = programOf(source.of)
      return { config, symbols, lines, source: text, title: source.title, tick: source.tick, inputs: source.inputs, ...(technique && { technique }) }
    }
    case 'guest': return virtualized(programOfGuest(source.guest), source.technique)
    case 'source': return virtualized(programOfSource(source.source, source.title), source.technique)
    case 'image': return virtualized(programOfImage(source.name, new Uint8Array(Buffer.from(source.base64, 'base64'))), source.technique)
  }
}

/** The same program with a monitor between it and the processor. */
function virtualized(program: MachineProgram, technique: TechniqueName = 'native'): MachineProgram {
  const monitor = monitorOf(technique)
  return monitor ? { ...program, technique, config: { ...program.config, monitor } } : program
}
