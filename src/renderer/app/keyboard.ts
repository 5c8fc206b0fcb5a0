import { onBeforeUnmount, onMounted } from 'vue'
import { useActions } from './actions/registry.ts'
import { chordOf, isSingleKey, takesText } from './keys.ts'
import { useDialogs } from './stores/dialogs.ts'
import { useLayout } from './stores/layout.ts'
import { useSelection } from './stores/selection.ts'
import { useSettings } from './stores/settings.ts'

/** Keys that an editor, a text field or a terminal needs itself. */
const LEFT_TO_TEXT = new Set(['Mod+Z', 'Mod+Y', 'Mod+Shift+Z', 'Mod+A', 'Mod+C', 'Mod+V', 'Mod+X', 'Mod+B'])
/** Keys that act on the selected object, and only where it is seen to be selected. */
const OBJECT_KEYS = new Set(['Delete', 'F2'])
/** Regions in which single letters act (WCAG 2.1.4): elsewhere they only type. */
const OBJECT_REGIONS = '[data-region="topology"], [data-region="outline"]'

/** The regions that can be seen, as they are read: from top to bottom, left to right, and what floats above them last. */
function regionsInOrder(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-region]')].flatMap((region) => {
    const { visibility, position } = getComputedStyle(region)
    // A panel behind another keeps its box and its place: only its visibility tells.
    if (visibility === 'hidden' || (region.offsetParent === null && region.offsetWidth === 0)) return []
    const { top, left } = region.getBoundingClientRect()
    return [{ region, floats: position === 'fixed', top: Math.round(top), left }]
  }).sort((a, b) => Number(a.floats) - Number(b.floats) || a.top - b.top || a.left - b.left).map(({ region }) => region)
}

/** Moves the focus to the next or previous region of the window. */
export function cycleRegion(step: 1 | -1): void {
  const regions = regionsInOrder()
  const at = regions.findIndex((region) => region.contains(document.activeElement))
  const next = regions[(at + step + regions.length) % regions.length]
  const inner = next?.querySelector<HTMLElement>('[data-region-focus]')
  ;(inner ?? next)?.focus()
}

/** The one listener for the app's keys. Everything it does is in the action table. */
export function useKeyboard(): void {
  const actions = useActions()
  const dialogs = useDialogs()
  const layout = useLayout()
  const selection = useSelection()
  const { settings } = useSettings()

  function handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || dialogs.form || dialogs.palette || dialogs.keys || dialogs.page) return
    const chord = chordOf(event)
    const inText = takesText(event.target)
    if (inText && LEFT_TO_TEXT.has(chord)) return
    const onObjects = event.target instanceof Element && event.target.closest(OBJECT_REGIONS) !== null && event.target.closest('[data-typing]') === null
    if (isSingleKey(chord) && (inText || !settings.singleKeys || (!onObjects && chord !== '?'))) return
    if (OBJECT_KEYS.has(chord) && (inText || !onObjects)) return
    const subject = selection.record
    const meant = actions.actions.filter(({ keys, applies, panel }) => keys?.includes(chord) && (!applies || (subject && applies(subject))) && (!panel || panel === layout.active))
    const action = meant.find(({ panel }) => panel) ?? meant[0]
    if (!action) return
    event.preventDefault()
    event.stopPropagation()
    void actions.perform(action)
  }

  // In the capture phase, so that F6 leaves editors and terminals that would keep it.
  onMounted(() => window.addEventListener('keydown', handle, true))
  onBeforeUnmount(() => window.removeEventListener('keydown', handle, true))
}
