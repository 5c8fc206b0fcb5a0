import type { AnyRecord, RecordId } from '../../protocol/records.ts'

/** What the outline needs to know of the records. */
export interface TreeSource {
  record(id: RecordId): AnyRecord | undefined
  children(id: RecordId): readonly RecordId[]
}

export interface TreeRow {
  readonly id: RecordId
  readonly parent: RecordId | null
  /** 0 for the room. */
  readonly depth: number
  readonly branch: boolean
  readonly open: boolean
  /** Place among its siblings, from 1, and how many they are. */
  readonly position: number
  readonly siblings: number
}

const NOT_SHOWN = new Set(['snapshot', 'build', 'process', 'terminal'])

/** A container stands on its owner's kernel, so it hangs under the host or VM; its engine, with the images, stands beside it. */
export function outlineChildren(source: TreeSource, id: RecordId): readonly RecordId[] {
  const own = source.children(id).filter((child) => !NOT_SHOWN.has(child.slice(0, child.indexOf(':'))))
  if (id.startsWith('room:')) return [...own.filter((child) => child.startsWith('rack:')), ...own.filter((child) => !child.startsWith('rack:'))]
  if (id.startsWith('engine:')) return own.filter((child) => child.startsWith('image:'))
  return own.flatMap((child) => (child.startsWith('engine:')
    ? [...source.children(child).filter((each) => each.startsWith('container:')), child]
    : [child]))
}

/** The object above in the outline; differs from the record's own parent for containers. */
export function outlineParent(source: TreeSource, record: AnyRecord): RecordId | null {
  switch (record.type) {
    case 'rack': case 'network': return record.room
    case 'host': return record.rack
    case 'hypervisor': return record.host
    case 'vm': return record.hypervisor ?? record.host
    case 'engine': return record.owner
    case 'image': return record.engine
    case 'container': {
      const engine = source.record(record.engine)
      return engine?.type === 'engine' ? engine.owner : null
    }
    default: return null
  }
}

const nameOf = (record: AnyRecord): string =>
  (record.type === 'image' ? record.tags.join(' ') : record.type === 'container' ? `${record.name} ${record.image}` : 'name' in record ? record.name : '')

/** Ids that match the filter, and everything above them. */
function matching(source: TreeSource, root: RecordId, filter: string): ReadonlySet<RecordId> {
  const kept = new Set<RecordId>()
  const wanted = filter.toLocaleLowerCase()
  const visit = (id: RecordId): boolean => {
    const record = source.record(id)
    let keep = record !== undefined && nameOf(record).toLocaleLowerCase().includes(wanted)
    for (const child of outlineChildren(source, id)) keep = visit(child) || keep
    if (keep) kept.add(id)
    return keep
  }
  visit(root)
  return kept
}

/** The rows of the outline from top to bottom. With a filter, whatever leads to a match is open. */
export function treeRows(source: TreeSource, root: RecordId, closed: ReadonlySet<RecordId>, filter: string): TreeRow[] {
  const kept = filter ? matching(source, root, filter) : null
  const rows: TreeRow[] = []
  const visit = (id: RecordId, parent: RecordId | null, depth: number, position: number, siblings: number): void => {
    const all = outlineChildren(source, id)
    const children = kept ? all.filter((child) => kept.has(child)) : all
    const open = kept !== null || !closed.has(id)
    rows.push({ id, parent, depth, branch: children.length > 0, open, position, siblings })
    if (open) children.forEach((child, at) => visit(child, id, depth + 1, at + 1, children.length))
  }
  if (source.record(root) && (!kept || kept.has(root))) visit(root, null, 0, 1, 1)
  return rows
}

/** The next row after `from` whose name starts with what was typed, going around the end. */
export function typeahead(rows: readonly TreeRow[], names: (id: RecordId) => string, from: number, typed: string): number {
  const wanted = typed.toLocaleLowerCase()
  // A second letter narrows the row that the first one found; a first letter moves on.
  const start = typed.length > 1 ? from : from + 1
  for (let step = 0; step < rows.length; step++) {
    const at = (start + step + rows.length) % rows.length
    const row = rows[at]
    if (row && names(row.id).toLocaleLowerCase().startsWith(wanted)) return at
  }
  return -1
}
