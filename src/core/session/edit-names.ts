import type { CommandName } from '../../protocol/commands.ts'
import type { AnyRecord, RecordId } from '../../protocol/records.ts'
import type { ReversibleDiff } from '../store/diff.ts'

/** What an edit is called in "Undo …": plain words, with the name of what it acted on. */
interface EditFacts {
  readonly params: Readonly<Record<string, unknown>>
  readonly changes: ReversibleDiff
  /** Name of a record that is or was there. */
  readonly nameOf: (id: unknown) => string
}

type Namer = (facts: EditFacts) => string

const created = (verb: string, type: AnyRecord['type']): Namer => ({ changes }) => {
  for (const { before, after } of changes.values()) if (!before && after?.type === type) return `${verb} ${recordName(after)}`
  return verb
}

const acted = (verb: string, param: string): Namer => ({ params, nameOf }) => `${verb} ${nameOf(params[param])}`

const NAMES: Partial<Record<CommandName, Namer>> = {
  'rack.add': created('Add rack', 'rack'),
  'rack.remove': acted('Remove rack', 'rack'),
  'host.add': created('Add host', 'host'),
  'host.configure': acted('Change hardware of', 'host'),
  'host.remove': acted('Remove host', 'host'),
  'host.install-os': acted('Install an operating system on', 'host'),
  'host.install-hypervisor': ({ params, changes, nameOf }) => {
    const product = [...changes.values()].find(({ before, after }) => !before && after?.type === 'hypervisor')?.after
    return `Install ${product ? recordName(product) : 'a hypervisor'} on ${nameOf(params.host)}`
  },
  'host.wipe': acted('Wipe', 'host'),
  'object.rename': ({ params }) => `Rename to ${String(params.name)}`,
  'vm.create': created('Create VM', 'vm'),
  'vm.configure': acted('Configure VM', 'vm'),
  'vm.delete': acted('Delete VM', 'vm'),
  'vm.clone': acted('Clone VM', 'vm'),
  'engine.install': acted('Install Docker on', 'owner'),
  'engine.remove': acted('Remove', 'engine'),
  'context.create': created('Create folder', 'context'),
  'context.delete-file': ({ params }) => `Delete file ${String(params.path)}`,
  'context.remove': acted('Remove folder', 'context'),
  'universe.set': ({ params }) => `Set the date of the package universe to ${String(params.date)}`,
  'project.rename': ({ params }) => `Rename the project to ${String(params.name)}`,
}

export function editName(name: CommandName, facts: EditFacts): string {
  return NAMES[name]?.(facts) ?? name
}

/** A record's name, or its id where it has none. */
export function recordName(record: AnyRecord): string {
  return 'name' in record ? record.name : record.id
}

/** Looks names up among what an edit changed first, then in the store. */
export function nameLookup(changes: ReversibleDiff, get: (id: RecordId) => AnyRecord | undefined): (id: unknown) => string {
  return (id) => {
    const change = changes.get(id as RecordId)
    const record = change?.before ?? change?.after ?? get(id as RecordId)
    return record ? recordName(record) : String(id)
  }
}
