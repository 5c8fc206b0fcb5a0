import { vmProgram } from '../core/datacenter/vm-machine.ts'
import { programOfGuest, programOfImage, programOfSource } from '../core/machine/desk/open-program.ts'
import type { MachineProgram } from '../core/machine/desk/program.ts'
import type { MachineSource } from './machine-settings.ts'

/** The machine to be. Throws a `Failure` in words where there can be none. */
export function programOf(source: MachineSource): MachineProgram {
  switch (source.kind) {
    case 'vm': return { title: source.title, tick: source.tick, vm: source.seen, ...vmProgram(source.vm) }
    case 'guest': return programOfGuest(source.guest)
    case 'source': return programOfSource(source.source)
    case 'image': return programOfImage(source.name, new Uint8Array(Buffer.from(source.base64, 'base64')))
  }
}
