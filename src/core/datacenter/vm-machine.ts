import type { TechniqueName, VmSeen } from '../../protocol/machine.ts'
import type { CpuSpec, RecordId, VmRecord } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import { assemble, type AssembleResult } from '../machine/assembler/assemble.ts'
import type { MachineConfig } from '../machine/board/config.ts'
import { cpuidOf } from '../machine/cpu/cpuid.ts'
import { bootDisk } from '../machine/guests/disks.ts'
import { BOOT_VM, VM_KERNEL, VM_KERNEL_PV } from '../machine/guests/guests.ts'
import { GUEST_LIBRARY } from '../machine/guests/library.ts'
import type { Store } from '../store/store.ts'

/** The hardware that a VM's record describes, as far as its simulated machine has it. */
export interface VmMachine {
  /** At most `MOST_MEMORY_MIB`. */
  readonly memoryMiB: number
  /** The host's, which CPUID shows. */
  readonly cpu: Pick<CpuSpec, 'vendor' | 'model' | 'flags'>
  readonly disk: boolean
  /** Station address of its network interface; null without one. */
  readonly mac: string | null
  /** What its console calls the system. */
  readonly system: string
  /** How its hypervisor runs it. Unmodified guests boot the same way under each, to the tick; a paravirtualized one has a kernel of its own. */
  readonly technique: TechniqueName
}

/** What the board takes, whatever the record says: a VM with more shows this much under the microscope. */
export const MOST_MEMORY_MIB = 1024

/** Throws `not-found`, or `refused` for a VM whose machine is not simulated. */
export function vmMachine(store: Store, id: RecordId<'vm'>): { readonly kind: 'vm'; readonly title: string; readonly vm: VmMachine; readonly seen: VmSeen } {
  const vm = store.require(id)
  if (vm.role !== 'guest') throw new Failure('refused', `${vm.name} has no machine of its own to look into.`, 'Choose a guest.')
  const { state, memoryMiB, hasDisk, hasNic, boot } = vm
  return { kind: 'vm', title: vm.name, vm: hardwareOf(store, vm), seen: { state, memoryMiB, hasDisk, hasNic, bootedAt: boot[0]?.startedAt ?? null } }
}

/** The monitor that a record means. */
const MONITORS: Readonly<Record<VmRecord['technique'], TechniqueName>> = {
  'hardware-assist': 'hardware-assist', 'binary-translation': 'binary-translation', paravirtualization: 'paravirtual', none: 'native',
}

export function hardwareOf(store: Store, vm: VmRecord): VmMachine {
  const { vendor, model, flags } = store.require(vm.host).cpu
  return { memoryMiB: Math.min(vm.memoryMiB, MOST_MEMORY_MIB), cpu: { vendor, model, flags }, disk: vm.hasDisk, mac: vm.hasNic ? vm.mac : null, system: vm.osName, technique: MONITORS[vm.technique] }
}

interface VmProgram extends Pick<AssembleResult, 'symbols' | 'lines'> { readonly config: MachineConfig; readonly source: string }

/** The board that boots as the VM does, with the names, lines and text of what it runs first; without the monitor that its technique means. */
export function vmProgram({ memoryMiB, cpu, disk, mac, system, technique }: VmMachine): VmProgram {
  const { systemDisk } = images()
  const config = {
    memoryMiB,
    // Bit 31 of leaf 1 says that there is a hypervisor. An Intel processor is what Apple's machines of the time had, too.
    cpuid: cpuidOf(cpu.vendor === 'amd' ? 'amd' : 'intel', cpu.model, [...cpu.flags, 'hypervisor']),
    disks: [disk ? systemDisk : null, null],
    ...(mac === null ? {} : { station: Uint8Array.from(mac.split(':'), (byte) => Number.parseInt(byte, 16)) }),
  } satisfies Omit<MachineConfig, 'boot'>
  return technique === 'paravirtual' ? ported(config, `${mac === null ? '' : 'eth0 '}system=${system}`) : withFirmware(config, `system=${system}`)
}

/** The domain builder starts the ported kernel itself. */
function ported(config: Omit<MachineConfig, 'boot'>, commandLine: string): VmProgram {
  const { image, symbols, lines } = images().ported
  return { config: { ...config, boot: { kind: 'multiboot', image, commandLine } }, symbols, lines, source: VM_KERNEL_PV }
}

function withFirmware(config: Omit<MachineConfig, 'boot'>, commandLine: string): VmProgram {
  const { firmware, kernel } = images()
  // Both include the same library.
  const kernelSymbols = [...kernel.symbols].map(([name, address]) => [firmware.symbols.has(name) ? `kernel.${name}` : name, address] as const)
  return { config: { ...config, boot: { kind: 'multiboot', image: firmware.image, commandLine } }, symbols: new Map([...firmware.symbols, ...kernelSymbols]), lines: firmware.lines, source: BOOT_VM.source }
}

interface Images { readonly ported: AssembleResult; readonly firmware: AssembleResult; readonly kernel: AssembleResult; readonly systemDisk: Uint8Array }
/** The same bytes every time: made when the first VM boots. */
let made: Images | undefined

function images(): Images {
  made ??= assembledImages()
  return made
}

function assembledImages(): Images {
  const kernel = assembled(VM_KERNEL)
  return { ported: assembled(VM_KERNEL_PV), firmware: assembled(BOOT_VM.source), kernel, systemDisk: bootDisk(kernel.image) }
}

function assembled(source: string): AssembleResult {
  const result = assemble(source, { include: (name) => GUEST_LIBRARY.get(name) ?? null })
  if (!result.ok) throw new Error(`the firmware does not assemble: ${result.messages[0]?.message}`)
  return result
}
