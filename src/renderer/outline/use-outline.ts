import { computed, shallowRef, watch } from 'vue'
import { type RecordId, ROOM_ID } from '../../protocol/records.ts'
import { useRecords } from '../app/stores/records.ts'
import { useSelection } from '../app/stores/selection.ts'
import { outlineParent, type TreeSource, treeRows } from './tree-rows.ts'

/** Above this many objects, hosts start closed. */
const MANY = 400

/** The outline's rows, and the verbs that open and close them. Selection is the window's own. */
export function useOutline() {
  const records = useRecords()
  const selection = useSelection()
  const filter = shallowRef('')
  const closed = shallowRef<ReadonlySet<RecordId>>(new Set())
  const source: TreeSource = { record: (id) => records.get(id), children: (id) => records.childrenOf(id) }

  const count = computed(() => {
    void records.structure
    return (['host', 'vm', 'container', 'network', 'image'] as const).reduce((sum, type) => sum + records.all(type).size, 0)
  })
  // Depends on the structure only: a state that changes redraws its row, not the list of rows.
  const rows = computed(() => {
    void records.structure
    return treeRows({ ...source, record: (id) => records.peek(id) }, ROOM_ID, closed.value, filter.value.trim())
  })

  function setOpen(id: RecordId, open: boolean): void {
    const next = new Set(closed.value)
    if (open) next.delete(id)
    else next.add(id)
    closed.value = next
  }

  /** Opens all that hides an object. */
  function uncover(id: RecordId): void {
    const next = new Set(closed.value)
    for (let record = records.peek(id); record;) {
      const parent = outlineParent(source, record)
      if (!parent) break
      next.delete(parent)
      record = records.peek(parent)
    }
    if (next.size !== closed.value.size) closed.value = next
  }

  watch(() => records.loaded, (loaded) => {
    if (loaded && count.value > MANY) closed.value = new Set(records.all('host').keys())
  }, { immediate: true })
  watch(() => [selection.id, selection.revealed] as const, ([id]) => { if (id) uncover(id) }, { immediate: true })

  return { rows, filter, count, setOpen }
}
