import { computed, shallowReactive, shallowRef, watch } from 'vue'
import type { FileEntry } from '../../protocol/commands.ts'
import type { ErrorInfo } from '../../protocol/errors.ts'
import { explain } from '../app/connection/core-error.ts'
import { useCore } from '../app/stores/core.ts'
import { useLayers } from './layers-store.ts'
import { joinPath, visibleFiles } from './model/file-rows.ts'

/** Folders this small open by themselves, so that a layer's few changes are seen at once. */
const SMALL_FOLDER = 3
/** A layer that touches more than this at the top is a whole system, not a few changes. */
const FEW_AT_TOP = 6
const SELF_OPENED = 24

/** The file tree of the image or of one layer's changes; each folder is asked for when it is first opened. */
export function useImageFiles() {
  const core = useCore()
  const layers = useLayers()
  const folders = shallowReactive(new Map<string, readonly FileEntry[]>())
  const open = shallowReactive(new Set<string>())
  const error = shallowRef<ErrorInfo | null>(null)
  /** Counts the trees shown: an answer that belongs to an earlier one is dropped. */
  let tree = 0
  let budget = 0

  async function load(path: string): Promise<void> {
    const { image, layer, filesOf } = layers
    if (!image) return
    const asked = tree
    try {
      const { entries } = await core.query('image.files', { image: image.id, path, ...(filesOf === 'layer' && layer ? { layer: layer.index } : {}) })
      if (asked !== tree) return
      folders.set(path, entries)
      if (filesOf === 'layer') openSmall(path, entries)
    } catch (thrown) {
      if (asked === tree) error.value = explain(thrown)
    }
  }

  function openSmall(path: string, entries: readonly FileEntry[]): void {
    const inside = entries.filter((entry) => entry.kind === 'directory')
    if (inside.length > (path === '/' ? FEW_AT_TOP : SMALL_FOLDER)) return
    for (const entry of inside) if (budget-- > 0) expand(joinPath(path, entry.name))
  }

  function expand(path: string): void {
    open.add(path)
    if (!folders.has(path)) void load(path)
  }

  function toggle(path: string): void {
    if (!open.delete(path)) expand(path)
  }

  watch(() => [layers.image?.id, layers.image?.digest, layers.filesOf, layers.filesOf === 'layer' ? layers.layer?.index : null, core.ready] as const, () => {
    tree++
    budget = SELF_OPENED
    folders.clear()
    open.clear()
    error.value = null
    if (core.ready) void load('/')
  }, { immediate: true })

  const rows = computed(() => visibleFiles(folders, open))
  const loaded = computed(() => folders.has('/'))
  return { rows, loaded, error, toggle, expand, collapse: (path: string) => void open.delete(path) }
}
