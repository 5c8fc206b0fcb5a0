import type { VmSeen } from '../../../protocol/machine.ts'
import type { VmRecord } from '../../../protocol/records.ts'
import { formatMemory } from '../../app/format.ts'
import { t } from '../../app/i18n/index.ts'

/** Two VMs of the same power are at the same moment of the same boot, or go on by themselves. */
function powerOf(state: VmRecord['state']): string {
  return state === 'running' || state === 'paused' || state === 'stopping' ? 'up' : state
}

/** `512 MiB of memory, no disk`: those parts in which the two differ. */
function parts(one: VmSeen | VmRecord, other: VmSeen | VmRecord): string {
  return [
    one.memoryMiB === other.memoryMiB ? '' : t('microscope.moved.memory', { size: formatMemory(one.memoryMiB) }),
    one.hasDisk === other.hasDisk ? '' : t(one.hasDisk ? 'microscope.moved.disk' : 'microscope.moved.no-disk'),
    one.hasNic === other.hasNic ? '' : t(one.hasNic ? 'microscope.moved.nic' : 'microscope.moved.no-nic'),
  ].filter((part) => part !== '').join(', ')
}

/** What a VM did since its machine was opened, in sentences; null: nothing that its machine would show. */
export function vmMoved(seen: VmSeen, vm: VmRecord): string | null {
  const now = parts(vm, seen)
  const hardware = now === '' ? null : t('microscope.moved.hardware', { was: parts(seen, vm), now })
  const again = powerOf(seen.state) !== powerOf(vm.state) || vm.state === 'booting' || (vm.state !== 'off' && vm.boot[0]?.startedAt !== (seen.bootedAt ?? undefined))
  return [again ? t(`microscope.moved.${vm.state}`) : null, hardware].filter((part) => part !== null).join(' ') || null
}
