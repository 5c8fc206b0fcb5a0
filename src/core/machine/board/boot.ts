import { Failure } from '../../base/failure.ts'
import type { Cpu } from '../cpu/cpu.ts'
import { CS, EIP, ESP } from '../cpu/layout.ts'
import { enterRealMode } from '../cpu/real-mode.ts'
import { type Disk, SECTOR_SIZE } from '../devices/disk.ts'
import { bios, BIOS_ADDRESS, RESET_OFFSET, RESET_SEGMENT } from '../firmware/bios.ts'
import { gpa } from '../memory/addresses.ts'
import type { Boot } from './config.ts'
import { LOADER_CODE, LOADER_DATA } from './layout.ts'
import { bootMultiboot } from './multiboot.ts'

/** Puts what a machine starts from into memory, and the processor before its first instruction. Throws a `Failure` that says why it cannot start. */
export function start(cpu: Cpu, boot: Boot, master: Disk | null): void {
  if (boot.kind === 'disk') return bootDisk(cpu, master)
  // A kernel may keep the loader's segments and install a table that fits them: an interrupt then saves these selectors, and its `iret` loads them.
  cpu.selectors.fill(LOADER_DATA, 0, 6)
  cpu.selectors[CS] = LOADER_CODE
  switch (boot.kind) {
    case 'multiboot': return bootMultiboot(cpu, boot.image, boot.commandLine ?? '')
    case 'flat': {
      if (boot.address + boot.image.length > cpu.memory.size) throw new Failure('capacity', 'The program does not fit the memory.')
      cpu.memory.copyIn(gpa(boot.address), boot.image)
      cpu.s[EIP] = boot.entry | 0
      cpu.s[ESP] = (boot.stack ?? 0) | 0
    }
  }
}

/** The firmware does the rest; what it could only say on a screen is said before. */
function bootDisk(cpu: Cpu, master: Disk | null): void {
  if (!master) throw new Failure('not-found', 'No bootable device: there is no primary master.', 'Give the machine a disk.')
  const sector = new Uint8Array(SECTOR_SIZE)
  if (master.sectors > 0) master.read(0, sector)
  if (sector[510] !== 0x55 || sector[511] !== 0xaa) throw new Failure('file', 'No bootable device: the first sector of the primary master does not end with 55 AA.')
  cpu.memory.copyIn(gpa(BIOS_ADDRESS), bios())
  enterRealMode(cpu, RESET_SEGMENT, RESET_OFFSET)
}
