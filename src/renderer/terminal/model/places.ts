import type { AnyRecord, ContainerRecord, EngineRecord, RecordId, TerminalRecord, VmRecord } from '../../../protocol/records.ts'

export interface ShellPlace {
  readonly target: TerminalRecord['target']
  readonly name: string
  /** Whose shell it is: the machine an engine runs on, or a container. */
  readonly kind: 'machine' | 'container'
  /** Name of the machine. */
  readonly on: string
}

export interface ConsolePlace {
  readonly vm: RecordId<'vm'>
  readonly name: string
}

type Find = (id: AnyRecord['id']) => AnyRecord | undefined

const nameOf = (record: AnyRecord | undefined): string => (record && 'name' in record ? record.name : '')
const byName = (a: ShellPlace, b: ShellPlace): number => (a.on + a.name < b.on + b.name ? -1 : 1)

/** Where a shell can be opened now: on every machine with an engine, and in every running container. */
export function shellPlaces(engines: Iterable<EngineRecord>, containers: Iterable<ContainerRecord>, find: Find): readonly ShellPlace[] {
  const machines: ShellPlace[] = []
  const on = new Map<string, string>()
  for (const engine of engines) {
    const machine = nameOf(find(engine.owner)) || engine.name
    on.set(engine.id, machine)
    if (engine.state === 'running') machines.push({ target: engine.id, name: machine, kind: 'machine', on: machine })
  }
  const inside: ShellPlace[] = []
  for (const container of containers) {
    if (container.state === 'running') inside.push({ target: container.id, name: container.name, kind: 'container', on: on.get(container.engine) ?? '' })
  }
  return [...machines.sort(byName), ...inside.sort(byName)]
}

/** VMs whose serial console can be watched, because no shell is there: they have none, or not yet. */
export function consolePlaces(vms: Iterable<VmRecord>, engines: Iterable<EngineRecord>): readonly ConsolePlace[] {
  const withShell = new Set<string>()
  for (const { owner, state } of engines) if (state === 'running') withShell.add(owner)
  const places: ConsolePlace[] = []
  for (const { id, name, role, state } of vms) if (role === 'guest' && state !== 'off' && !withShell.has(id)) places.push({ vm: id, name })
  return places.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}
