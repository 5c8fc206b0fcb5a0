import cytoscape, { type Core, type ElementDefinition } from 'cytoscape'
import type { RecordId } from '../../../protocol/records.ts'
import { objectsOf, type PlacedObject } from '../layout/objects.ts'
import type { RoomPlan } from '../layout/room-layout.ts'
import type { Viewport } from '../paint/scene-view.ts'
import type { Detail } from './budget.ts'

const LEAST_ZOOM = 0.01
const MOST_ZOOM = 4

/**
 * The Cytoscape graph of what is in view: hosts contain VMs contain containers, edges are network attachments. It owns
 * the viewport and the selection, and never holds more than `MOST_ELEMENTS` elements.
 */
export class RoomGraph {
  readonly cy: Core
  #drawn = new Map<string, PlacedObject>()

  /** Cytoscape draws nothing itself here: the stage paints in the drawing language whenever the viewport changes. */
  constructor(onViewport: () => void) {
    this.cy = cytoscape({ headless: true, styleEnabled: false, minZoom: LEAST_ZOOM, maxZoom: MOST_ZOOM, selectionType: 'single' })
    this.cy.on('viewport', onViewport)
  }

  get viewport(): Viewport {
    const { x, y } = this.cy.pan()
    return { zoom: this.cy.zoom(), x, y }
  }

  /** Positions are whole pixels, so that what was drawn can be moved without blurring. */
  setViewport({ zoom, x, y }: Viewport): void {
    const bounded = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom))
    this.cy.viewport({ zoom: bounded, pan: { x: Math.round(x), y: Math.round(y) } })
  }

  /** Zooms about a point on screen, which stays where it is. */
  zoomAbout(factor: number, at: { readonly x: number; readonly y: number }): void {
    const { zoom, x, y } = this.viewport
    const next = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom * factor))
    this.setViewport({ zoom: next, x: at.x - ((at.x - x) / zoom) * next, y: at.y - ((at.y - y) / zoom) * next })
  }

  get size(): number {
    return this.cy.elements().length
  }

  /** Brings the elements in line with what is in view; what stays is left alone. */
  sync(plan: RoomPlan, detail: Detail): void {
    const wanted = new Map<string, PlacedObject>()
    for (const host of detail.hosts) {
      const objects = detail.level === 'rack' ? objectsOf(host).slice(0, 1) : objectsOf(host)
      for (const object of objects) wanted.set(object.id, object)
    }
    const edges = attachments(plan, wanted)
    const gone = this.cy.elements().filter((element) => !wanted.has(element.id()) && !edges.has(element.id()) && element.data('kind') !== 'network')
    this.cy.batch(() => {
      gone.remove()
      const nodes: ElementDefinition[] = []
      for (const [id, object] of wanted) {
        const node = this.cy.getElementById(id)
        const position = { x: object.rect.x + object.rect.w / 2, y: object.rect.y + object.rect.h / 2 }
        if (node.empty()) nodes.push({ group: 'nodes', data: { id, ...(object.parent && wanted.has(object.parent) ? { parent: object.parent } : {}) }, position })
        else if (this.#drawn.get(id) !== object && node.isChildless()) node.position(position)
      }
      for (const rail of plan.rails) if (this.cy.getElementById(rail.network.id).empty()) nodes.push({ group: 'nodes', data: { id: rail.network.id, kind: 'network' } })
      this.cy.add(nodes)
      this.cy.add([...edges.values()].filter((edge) => this.cy.getElementById(edge.data.id ?? '').empty()))
    })
    this.#drawn = wanted
  }

  select(id: RecordId | null): void {
    this.cy.elements(':selected').unselect()
    if (id) this.cy.getElementById(id).select()
  }

  /** What is in the graph, outer things first. */
  objects(): readonly PlacedObject[] {
    return [...this.#drawn.values()]
  }

  destroy(): void {
    this.cy.destroy()
  }
}

function attachments(plan: RoomPlan, wanted: ReadonlyMap<string, unknown>): Map<string, ElementDefinition> {
  const edges = new Map<string, ElementDefinition>()
  for (const rail of plan.rails) {
    for (const tap of rail.taps) {
      if (!wanted.has(tap.host)) continue
      const id = `${tap.host}/${tap.nic}`
      edges.set(id, { group: 'edges', data: { id, source: tap.host, target: rail.network.id } })
    }
  }
  return edges
}
