import type { CatalogueAnswer } from '../../protocol/catalogue.ts'
import type { CommandHandlers, CommandParams, QueryHandlers } from '../../protocol/commands.ts'
import { ROOM_ID, typeOfId, type RecordId } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import type { LinuxSystems } from '../containers/runtime/linux-system.ts'
import { GUESTS } from './catalogue/guests.ts'
import { HOST_MODELS } from './catalogue/host-models.ts'
import { HOST_SYSTEMS } from './catalogue/host-systems.ts'
import { PRODUCTS } from '../hypervisor/products/catalogue.ts'
import type { DatacenterContext } from './context.ts'
import { HostCrashes } from './crashes.ts'
import { engineHandlers, linuxSystems } from './engines.ts'
import { hostHandlers, LAN_ID } from './hosts.ts'
import { vmsOf } from './machines.ts'
import { claimName } from './naming.ts'
import { VmPower } from './power.ts'
import { snapshotHandlers } from './snapshots.ts'
import { structureAnswer } from './structure.ts'
import { vmHandlers } from './vms.ts'

export type DatacenterCommands = Exclude<Extract<keyof CommandHandlers, `rack.${string}` | `host.${string}` | `vm.${string}` | `engine.${string}` | 'object.rename'>, never>

export interface Datacenter {
  readonly handlers: CommandHandlers<DatacenterCommands>
  readonly queries: QueryHandlers<'host.structure'>
  readonly systems: LinuxSystems
  /** Puts the bare room: its floor and its network. Racks and hosts come by commands. */
  furnish(): void
}

/** The first storey: racks, hosts, hypervisors, VMs and where engines live, as state machines over the store. */
export function createDatacenter(context: DatacenterContext): Datacenter {
  const power = new VmPower(context)
  return {
    handlers: {
      ...hostHandlers(context),
      ...vmHandlers(context),
      ...power.handlers(),
      ...new HostCrashes(context, power).handlers(),
      ...snapshotHandlers(context, power),
      ...engineHandlers(context),
      'object.rename': (params) => rename(context, params),
    },
    queries: { 'host.structure': (params) => structureAnswer(context.store, params) },
    systems: linuxSystems(context),
    furnish: () => {
      context.store.put({ id: ROOM_ID, type: 'room', name: 'Server room' })
      context.store.put({ id: LAN_ID, type: 'network', room: ROOM_ID, name: 'Lab LAN', cidr: '192.168.56.0/24' })
    },
  }
}

/** The datacenter's part of the catalogue. */
export const DATACENTER_CATALOGUE: Pick<CatalogueAnswer, 'hostModels' | 'hostSystems' | 'hypervisors' | 'guests'> = {
  hostModels: HOST_MODELS,
  hostSystems: HOST_SYSTEMS,
  hypervisors: PRODUCTS,
  guests: GUESTS,
}

function rename({ store }: DatacenterContext, { id, name }: CommandParams<'object.rename'>): null {
  const type = typeOfId(id)
  switch (type) {
    case 'room':
    case 'rack':
    case 'network':
    case 'host':
      store.require(id)
      store.update(id, { name: claimName(name, store.all(type), id) })
      return null
    case 'vm': {
      const vm = store.require(id as RecordId<'vm'>)
      store.update(vm.id, { name: claimName(name, vmsOf(store, vm.host), id) })
      return null
    }
    default:
      throw new Failure('invalid', `A ${type} cannot be renamed here.`)
  }
}
