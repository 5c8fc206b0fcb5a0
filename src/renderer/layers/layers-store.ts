import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { ImageRecord } from '../../protocol/records.ts'
import { useFocus } from '../app/stores/focus.ts'
import { useRecords } from '../app/stores/records.ts'
import { useSelection } from '../app/stores/selection.ts'
import { imageStack, layerRows } from './model/layer-segments.ts'

export type FilesOf = 'layer' | 'image'

const nameOf = (image: ImageRecord): string => image.tags[0] ?? image.digest

/** Which image is opened up, and what of it is shown. */
export const useLayers = defineStore('layers', () => {
  const records = useRecords()
  const focus = useFocus()
  const selection = useSelection()
  const filesOf = shallowRef<FilesOf>('layer')
  const chosenLayer = shallowRef<number | null>(null)

  const images = computed<readonly ImageRecord[]>(() => [...records.all('image').values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)))
  const image = computed<ImageRecord | null>(() => {
    const selected = selection.record?.type === 'image' ? selection.record : undefined
    return records.get(focus.image) ?? selected ?? images.value[0] ?? null
  })
  const rows = computed(() => (image.value ? layerRows(image.value) : []))
  const stack = computed(() => (image.value ? imageStack(image.value) : []))
  /** The layer in hand: the chosen one, else the largest. */
  const layer = computed(() => {
    const largest = rows.value.reduce((best, row) => (row.size > (rows.value[best]?.size ?? -1) ? row.index : best), 0)
    return rows.value[chosenLayer.value ?? largest] ?? null
  })

  watch(() => image.value?.digest, () => { chosenLayer.value = null })

  function chooseLayer(index: number): void {
    chosenLayer.value = index
    filesOf.value = 'layer'
  }

  return { images, image, rows, stack, layer, filesOf, chooseLayer }
})

export { nameOf as imageName }
