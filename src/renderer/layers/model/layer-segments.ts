import type { ImageLayer, ImageRecord } from '../../../protocol/records.ts'

export interface LayerRow {
  /** Position in the image, 0 is the base. The number `image.files` takes. */
  readonly index: number
  readonly layer: ImageLayer
  /** Line of the Dockerfile; null for layers that came with the base image. */
  readonly line: number | null
  readonly size: number
  /** Share (0 to 1) of the largest layer, for its bar. */
  readonly ofLargest: number
  /** Bytes of this and everything below. */
  readonly cumulative: number
  /** Categorical colour 1 to 8, null for layers too small to be told apart by colour. */
  readonly colour: number | null
}

/** Layers under this share of the image get no colour of their own. */
const SMALL = 0.01
const COLOURS = 8

/** An image's layers from the base up, with what is needed to draw them to scale. */
export function layerRows(image: Pick<ImageRecord, 'layers'>): readonly LayerRow[] {
  const largest = Math.max(1, ...image.layers.map((layer) => layer.size))
  const total = image.layers.reduce((sum, layer) => sum + layer.size, 0)
  let cumulative = 0
  let coloured = 0
  return image.layers.map((layer, index) => {
    cumulative += layer.size
    const colour = layer.size / Math.max(1, total) >= SMALL ? (coloured++ % COLOURS) + 1 : null
    return { index, layer, line: layer.line, size: layer.size, ofLargest: layer.size / largest, cumulative, colour }
  })
}

export type StackRow =
  | { readonly kind: 'layer'; readonly title: string; readonly row: LayerRow }
  | { readonly kind: 'config'; readonly title: string; readonly line: number | null }

/** What a history entry says without the words the builder wraps around it. */
export function historyText(createdBy: string): string {
  const text = createdBy
    .replace(/^\/bin\/sh -c #\(nop\)\s+/, '')
    .replace(/^\/bin\/sh -c /, 'RUN ')
    .replace(/\s*# buildkit$/, '')
    .replace(/^RUN \/bin\/sh -c /, 'RUN ')
  return text.trim()
}

/**
 * The image as a stack, newest on top: layers, and between them the history entries that only changed the config.
 * Where history and layers do not match in number (a foreign image), only the layers are shown.
 */
export function imageStack(image: Pick<ImageRecord, 'layers' | 'history'>): readonly StackRow[] {
  const rows = layerRows(image)
  const filled = image.history.filter((entry) => !entry.emptyLayer)
  if (filled.length !== rows.length) {
    return rows.map((row): StackRow => ({ kind: 'layer', title: historyText(row.layer.createdBy), row })).reverse()
  }
  let next = 0
  return image.history.map((entry): StackRow => {
    const row = entry.emptyLayer ? undefined : rows[next++]
    const title = historyText(entry.createdBy)
    return row === undefined ? { kind: 'config', title, line: null } : { kind: 'layer', title, row }
  }).reverse()
}
