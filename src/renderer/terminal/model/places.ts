import type { AnyRecord, ContainerRecord, EngineRecord, TerminalRecord } from '../../../protocol/records.ts'

export interface ShellPlace {
  readonly target: TerminalRecord['target']
  readonly name: string
  /** Whose shell it is: the machine an engine runs on, or a container. */
  readonly kind: 'machine' | 'container'
  /** Name of the machine. */
  readonly on: string
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
