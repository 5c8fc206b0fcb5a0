/** The parts of the Studio that can stand as tabs below the text. */
export type OutputTab = 'problems' | 'steps' | 'log' | 'layers'

/** Width from which the problems have a column of their own, and height from which the layers have a strip. */
const PROBLEMS_BESIDE_PX = 1040
const LAYERS_BELOW_PX = 640
const LOW_PX = 520

export interface StudioLayout {
  readonly problemsBeside: boolean
  readonly layersBelow: boolean
  /** Width in px, normalised to the normal scale, is enough for labels. */
  readonly roomy: boolean
  /** The file list stands beside the text and not over it. */
  readonly filesBeside: boolean
  /** So low that every line of text counts. */
  readonly low: boolean
  readonly tabs: readonly OutputTab[]
}

/** What has a place of its own in a panel of this size (px at normal scale), and what becomes a tab. */
export function studioLayout(width: number, height: number): StudioLayout {
  const problemsBeside = width >= PROBLEMS_BESIDE_PX
  const layersBelow = height >= LAYERS_BELOW_PX
  const tabs: OutputTab[] = ['steps', 'log']
  if (!layersBelow) tabs.push('layers')
  if (!problemsBeside) tabs.unshift('problems')
  return { problemsBeside, layersBelow, roomy: width >= 1000, filesBeside: width >= 900, low: height < LOW_PX, tabs }
}
