import type { CpuFlag, RecordId } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import type { Store } from '../store/store.ts'

/** The hardware that a VM's record describes, as far as its simulated machine has it. */
export interface VmMachine {
  readonly memoryMiB: number
  /** Features of the processor it runs on. */
  readonly flags: readonly CpuFlag[]
  readonly disk: boolean
  /** Station address of its network interface; null without one. */
  readonly mac: string | null
  /** What its console calls the system. */
  readonly system: string
}

/** Throws `not-found`, or `refused` for a VM whose machine is not simulated. */
export function vmMachine(store: Store, id: RecordId<'vm'>): { readonly kind: 'vm'; readonly title: string; readonly vm: VmMachine } {
  const vm = store.require(id)
  if (vm.role !== 'guest') throw new Failure('refused', `${vm.name} has no machine of its own to look into.`, 'Choose a guest.')
  const host = store.require(vm.host)
  return { kind: 'vm', title: vm.name, vm: { memoryMiB: vm.memoryMiB, flags: host.cpu.flags, disk: true, mac: vm.mac, system: vm.osName } }
}
