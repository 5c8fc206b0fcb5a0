import type { CommandName, CommandParams, CommandResult } from '../../../protocol/commands.ts'
import type { RecordId } from '../../../protocol/records.ts'
import { EventLog } from '../../store/event-log.ts'
import { IdSource } from '../../store/id-source.ts'
import { Store } from '../../store/store.ts'
import { makeSimulation } from '../../testing/make-simulation.ts'
import { createDatacenter, type DatacenterCommands } from '../datacenter.ts'

/** A datacenter with one rack, and a list of what it told the containers. */
export function makeDatacenter() {
  const simulation = makeSimulation()
  const store = new Store()
  const told: string[] = []
  const datacenter = createDatacenter({
    store,
    simulation,
    events: new EventLog(store, simulation),
    ids: new IdSource(),
    hosting: () => ({
      attach: (engine, owner) => void told.push(`attach ${engine} ${owner}`),
      detach: (engine) => void told.push(`detach ${engine}`),
      systemUp: (owner) => void told.push(`up ${owner}`),
      systemDown: (owner, how) => void told.push(`down ${owner} ${how}`),
      setFrozen: (owner, frozen) => void told.push(`${frozen ? 'freeze' : 'thaw'} ${owner}`),
      keepDisk: (key, owner) => void told.push(`keep ${key} ${owner}`),
      putBackDisk: (key, owner) => void told.push(`put back ${key} ${owner}`),
      forgetDisk: (key) => void told.push(`forget ${key}`),
      cloneDisk: (from, to) => void told.push(`copy ${from} ${to}`),
    }),
  })
  datacenter.furnish()
  const run = <N extends DatacenterCommands & CommandName>(name: N, params: CommandParams<N>): CommandResult<N> =>
    (datacenter.handlers[name] as (params: CommandParams<N>) => CommandResult<N>)(params)
  run('rack.add', {})
  const addHost = (model: string, name?: string): RecordId<'host'> => run('host.add', name ? { model, name } : { model }).host
  const seconds = (count: number): Promise<void> => simulation.runUntil(simulation.now + count * 1e9)
  return { datacenter, store, simulation, told, run, addHost, seconds }
}
