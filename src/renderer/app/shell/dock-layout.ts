import type { AddPanelOptions, DockviewApi, IDockviewPanel } from 'dockview-vue'
import { PANELS, type PanelId, panelSpec, type PanelPlace } from '../panels.ts'

/** Panel sizes of the visual target, by the room there is (CSS pixels). */
function defaultSizes(width: number, height: number, projector: boolean): Record<Exclude<PanelPlace, 'centre'>, number> {
  if (projector) return { left: 248, right: 372, bottom: 148 }
  const small = width < 1400
  return { left: small ? 224 : 248, right: small ? 280 : 312, bottom: height <= 620 ? 108 : height <= 780 ? 168 : 218 }
}

const first = (place: PanelPlace): PanelId | undefined => PANELS.find((panel) => panel.place === place)?.id

type Placement = Pick<AddPanelOptions, 'position' | 'initialWidth' | 'initialHeight'>

/** Where a panel goes: beside its kind if one is open, else to its edge of the window. */
function placement(dock: DockviewApi, place: PanelPlace, projector: boolean): Placement {
  const size = defaultSizes(window.innerWidth, window.innerHeight, projector)
  const neighbour = dock.panels.find((panel) => panelSpec(panel.id)?.place === place)
  if (neighbour) return { position: { referencePanel: neighbour.id, direction: 'within' } }
  const centre = dock.panels.find((panel) => panelSpec(panel.id)?.place === 'centre')
  switch (place) {
    case 'bottom': return { position: { direction: 'below' }, initialHeight: size.bottom }
    case 'left': return { position: centre ? { referencePanel: centre.id, direction: 'left' } : { direction: 'left' }, initialWidth: size.left }
    case 'right': return { position: centre ? { referencePanel: centre.id, direction: 'right' } : { direction: 'right' }, initialWidth: size.right }
    case 'centre': return {}
  }
}

/** Opens a panel where it belongs. */
export function placePanel(dock: DockviewApi, id: PanelId, projector = false): IDockviewPanel {
  const spec = panelSpec(id)
  return dock.addPanel({
    id, component: 'PanelFrame', title: id, renderer: spec?.place === 'centre' ? 'always' : 'onlyWhenVisible',
    ...placement(dock, spec?.place ?? 'centre', projector),
  })
}

/** The arrangement of a new window. Panels that are drawers stay out of the dock. */
export function arrangeDefault(dock: DockviewApi, { drawers, projector }: { readonly drawers: readonly PanelId[]; readonly projector: boolean }): void {
  for (const place of ['centre', 'bottom', 'left', 'right'] as const) {
    for (const panel of PANELS) if (panel.place === place && !panel.asked && !drawers.includes(panel.id)) placePanel(dock, panel.id, projector)
    const front = first(place)
    if (front) dock.getPanel(front)?.api.setActive()
  }
  const centre = first('centre')
  if (centre) dock.getPanel(centre)?.api.setActive()
}
