import { Failure } from '../../base/failure.ts'
import type { Cpu } from '../cpu/cpu.ts'
import { CS, EIP, ESP } from '../cpu/layout.ts'
import { gpa } from '../memory/addresses.ts'
import type { Boot } from './config.ts'
import { LOADER_CODE, LOADER_DATA } from './layout.ts'
import { bootMultiboot } from './multiboot.ts'

/** Puts what a machine starts from into memory, and the processor before its first instruction. Throws a `Failure` that says why it cannot start. */
export function start(cpu: Cpu, boot: Boot): void {
  // A kernel may keep the loader's segments and install a table that fits them: an interrupt then saves these selectors, and its `iret` loads them.
  cpu.selectors.fill(LOADER_DATA, 0, 6)
  cpu.selectors[CS] = LOADER_CODE
  switch (boot.kind) {
    case 'multiboot': return bootMultiboot(cpu, boot.image, boot.commandLine ?? '')
    case 'disk': throw new Failure('unsupported', 'Booting from a disk needs real mode, which this processor does not have yet.', 'Boot a multiboot kernel.')
    case 'flat': {
      if (boot.address + boot.image.length > cpu.memory.size) throw new Failure('capacity', 'The program does not fit the memory.')
      cpu.memory.copyIn(gpa(boot.address), boot.image)
      cpu.s[EIP] = boot.entry | 0
      cpu.s[ESP] = (boot.stack ?? 0) | 0
    }
  }
}
