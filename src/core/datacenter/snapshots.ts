import type { CommandHandlers } from '../../protocol/commands.ts'
import type { EngineRecord, RecordId, SnapshotRecord, VmRecord } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import { admit } from './admission.ts'
import type { DatacenterContext } from './context.ts'
import { claimName, freeName } from './naming.ts'
import { isUp, type VmPower } from './power.ts'

type SnapshotCommands = 'vm.snapshot' | 'vm.restore-snapshot' | 'vm.delete-snapshot'

/** What a snapshot keeps of its VM. */
type Kept = Pick<VmRecord, 'vcpus' | 'memoryMiB' | 'diskGiB' | 'hasDisk' | 'hasNic' | 'state' | 'boot' | 'console'> & { readonly engines: readonly EngineRecord[] }

/** A switched-off VM's snapshot is a new, empty redo file: its header only. */
const DISK_ONLY_MIB = 1

export function snapshotHandlers(context: DatacenterContext, power: VmPower): CommandHandlers<SnapshotCommands> {
  const { store, ids, simulation, events, hosting } = context
  const kept = new Map<RecordId<'snapshot'>, Kept>()

  const take = (vm: VmRecord, wanted: string | undefined): RecordId<'snapshot'> => {
    checkPossible(vm)
    const siblings = store.all('snapshot').filter((each) => each.vm === vm.id)
    const id = ids.next('snapshot')
    const engines = enginesOf(context, vm.id)
    // The processes of containers cannot be copied: with them, a snapshot is one of the disk alone.
    const withMemory = isUp(vm.state) && engines.length === 0
    kept.set(id, { vcpus: vm.vcpus, memoryMiB: vm.memoryMiB, diskGiB: vm.diskGiB, state: withMemory ? vm.state : 'off', boot: vm.boot, hasDisk: vm.hasDisk, hasNic: vm.hasNic, console: vm.console, engines })
    hosting().keepDisk(id, vm.id)
    const name = wanted ? claimName(wanted, siblings) : freeName('snapshot', siblings)
    store.put({ id, type: 'snapshot', vm: vm.id, parent: vm.currentSnapshot, name, at: simulation.now, withMemory, sizeMiB: withMemory ? vm.memoryMiB : DISK_ONLY_MIB })
    store.update(vm.id, { currentSnapshot: id })
    events.add({ kind: 'vm', subject: vm.id, subjectName: vm.name, text: `${vm.name} is kept as "${name}"${whatIsKept(vm, withMemory)}.` })
    return id
  }

  const restore = (snapshot: SnapshotRecord): null => {
    const vm = store.require(snapshot.vm)
    const state = kept.get(snapshot.id)
    if (!state) throw new Failure('internal', `The content of snapshot ${snapshot.name} is missing.`)
    checkPossible(vm)
    if (isUp(state.state)) admit(store, store.require(vm.host), { ...vm, ...state, state: 'off' })
    power.place(vm, 'off')
    bringBackEngines(context, vm.id, state.engines)
    hosting().putBackDisk(snapshot.id, vm.id)
    store.update(vm.id, { vcpus: state.vcpus, memoryMiB: state.memoryMiB, diskGiB: state.diskGiB, boot: state.boot, hasDisk: state.hasDisk, hasNic: state.hasNic, console: state.console, currentSnapshot: snapshot.id, faultText: null })
    power.place(store.require(vm.id), state.state)
    events.add({ kind: 'vm', subject: vm.id, subjectName: vm.name, text: `${vm.name} is back at "${snapshot.name}".` })
    return null
  }

  return {
    'vm.snapshot': ({ vm, name }) => ({ snapshot: take(store.require(vm), name) }),
    'vm.restore-snapshot': ({ snapshot }) => restore(store.require(snapshot)),
    'vm.delete-snapshot': ({ snapshot: id }) => {
      const snapshot = store.require(id)
      // A middle snapshot's changes fold into its children, which then descend from its parent.
      for (const child of store.all('snapshot').filter((each) => each.parent === id)) store.update(child.id, { parent: snapshot.parent })
      const vm = store.get(snapshot.vm)
      if (vm?.currentSnapshot === id) store.update(vm.id, { currentSnapshot: snapshot.parent })
      store.remove(id)
      kept.delete(id)
      hosting().forgetDisk(id)
      return null
    },
  }
}

function checkPossible(vm: VmRecord): void {
  if (vm.role !== 'guest') throw new Failure('refused', `${vm.name} is no guest: it has no snapshots.`)
  if (vm.state === 'booting' || vm.state === 'stopping') throw new Failure('conflict', `${vm.name} is ${vm.state}.`, 'Wait until it runs or is off.')
}

function enginesOf({ store }: DatacenterContext, vm: RecordId<'vm'>): readonly EngineRecord[] {
  return store.all('engine').filter((engine) => engine.owner === vm)
}

/** An engine that was installed later goes, and one that was removed later comes back. */
function bringBackEngines(context: DatacenterContext, vm: RecordId<'vm'>, wanted: readonly EngineRecord[]): void {
  const { store, hosting } = context
  const present = enginesOf(context, vm)
  for (const { id } of present.filter((engine) => !wanted.some((each) => each.id === engine.id))) {
    hosting().detach(id)
    store.remove(id)
  }
  for (const engine of wanted.filter((each) => !present.some(({ id }) => each.id === id))) {
    store.put({ ...engine, state: 'stopped' })
    hosting().attach(engine.id, vm)
  }
}

function whatIsKept(vm: VmRecord, withMemory: boolean): string {
  if (withMemory) return ', memory included'
  return isUp(vm.state) ? ', its disk only: what runs in it would find itself after a power cut' : ''
}
