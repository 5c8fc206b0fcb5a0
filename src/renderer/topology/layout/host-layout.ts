import type { ContainerScene, EngineScene, GroupScene, GuestScene, HostScene } from '../scene/types.ts'
import { CONTAINER, GUEST, HOST, PRIVILEGED, type Rect } from './geometry.ts'
import { Slots } from './slots.ts'

export interface PlacedContainer {
  readonly scene: ContainerScene
  readonly rect: Rect
  /** Stands on the kernel strip itself, or on a shelf of the same kernel above it. */
  readonly shelf: boolean
}

export interface PlacedGuest {
  readonly scene: GuestScene
  readonly rect: Rect
  readonly containers: readonly PlacedContainer[]
}

export interface PlacedGroup {
  readonly scene: GroupScene
  readonly rect: Rect
  readonly band: Rect | null
  readonly guests: readonly PlacedGuest[]
  readonly containers: readonly PlacedContainer[]
}

/** A host's parts, relative to its own corner. */
export interface HostParts {
  readonly w: number
  readonly h: number
  readonly groups: readonly PlacedGroup[]
  readonly band: Rect | null
  readonly hardware: Rect
  /** X of each network card's port on the lower edge. */
  readonly ports: readonly number[]
}

const GUESTS = { columns: 2, rows: 3, ratio: 1.5 }
const HOSTED_GUESTS = { columns: 1, rows: 3, ratio: 1.5 }
const CONTAINERS = { columns: CONTAINER.perRow, rows: Infinity, ratio: Infinity }
/** Room for the first guests, so that an empty host does not grow when one comes. */
const LEAST_CONTENT = 150
const PORT_STEP = 30

/**
 * Where everything stands in one host. Remembers the places it gave, so that what is there stays where it is: guests keep
 * their cell, rows are added below, and only the last row is stretched down to the ground.
 */
export class HostLayout {
  readonly #slots = new Map<string, Slots>()

  /** The least size that holds the host's content. */
  measure(scene: HostScene): { readonly w: number; readonly h: number } {
    const groups = scene.groups.map((group) => this.#groupSize(group))
    const inner = groups.reduce((sum, size) => sum + size.w, 0) + HOST.gap * Math.max(0, groups.length - 1)
    const content = Math.max(LEAST_CONTENT, ...groups.map((size) => size.h))
    return { w: Math.max(HOST.minInner, inner) + 2 * HOST.pad, h: HOST.head + content + HOST.gap + groundHeight(scene) }
  }

  /** The parts of a host drawn `h` units high, which may be more than it needs. */
  place(scene: HostScene, h: number): HostParts {
    const { w } = this.measure(scene)
    const inner = w - 2 * HOST.pad
    const hardware = { x: HOST.pad, y: h - HOST.foot - HOST.hardwareH, w: inner, h: HOST.hardwareH }
    const band = scene.band.kind === 'none' ? null : { x: HOST.pad, y: hardware.y - HOST.bandGap - HOST.bandH, w: inner, h: HOST.bandH }
    const floor = (band ?? hardware).y
    let x: number = HOST.pad
    const groups = scene.groups.map((group) => {
      const { w: width } = this.#groupSize(group)
      const rect = { x, y: HOST.head, w: width, h: floor - HOST.head }
      x += width + HOST.gap
      return this.#placeGroup(group, rect)
    })
    return { w, h, groups, band, hardware, ports: scene.nics.map((_, at) => w - HOST.pad - 22 - at * PORT_STEP) }
  }

  #slotsOf(key: string, growth: { columns: number; rows: number; ratio: number }, items: readonly { id: string; span: number }[]): Slots {
    let slots = this.#slots.get(key)
    if (!slots) this.#slots.set(key, (slots = new Slots(growth)))
    slots.arrange(items)
    return slots
  }

  #guestSlots(group: GroupScene): Slots {
    return this.#slotsOf(group.key, group.band ? HOSTED_GUESTS : GUESTS, group.guests.map((guest) => ({ id: guest.id, span: guest.engine ? 2 : 1 })))
  }

  #containerSlots(engine: EngineScene): Slots {
    return this.#slotsOf(engine.id, CONTAINERS, engine.containers.map((container) => ({ id: container.id, span: 1 })))
  }

  #groupSize(group: GroupScene): { readonly w: number; readonly h: number } {
    if (group.engine) return { w: HOST.minInner, h: this.#enginesHeight(group.engine) + HOST.gap }
    const slots = this.#guestSlots(group)
    const rows = this.#rowHeights(group, slots)
    const h = rows.reduce((sum, row) => sum + row + GUEST.gap, 0)
    return { w: slots.columns * (GUEST.w + GUEST.gap) - GUEST.gap, h: h + (group.privileged ? this.#privilegedHeight(group.privileged) + GUEST.gap : 0) + (group.band ? HOST.bandH + HOST.bandGap : 0) }
  }

  #privilegedHeight(guest: GuestScene): number {
    return PRIVILEGED.h + (guest.engine ? this.#enginesHeight(guest.engine) : 0)
  }

  #enginesHeight(engine: EngineScene): number {
    const { rows } = this.#containerSlots(engine)
    return rows * (CONTAINER.h + CONTAINER.gap)
  }

  #rowHeights(group: GroupScene, slots: Slots): number[] {
    const heights = new Array<number>(group.guests.length === 0 ? 0 : slots.rows).fill(0)
    for (const guest of group.guests) {
      const row = slots.cell(guest.id)?.row ?? 0
      heights[row] = Math.max(heights[row] ?? 0, this.#guestHeight(guest))
    }
    return heights
  }

  #guestHeight(guest: GuestScene): number {
    return guest.engine ? GUEST.headH + this.#enginesHeight(guest.engine) + GUEST.kernelH : GUEST.tallHeadH + GUEST.kernelH
  }

  #placeGroup(group: GroupScene, rect: Rect): PlacedGroup {
    const band = group.band ? { x: rect.x, y: rect.y + rect.h - HOST.bandGap - HOST.bandH, w: rect.w, h: HOST.bandH } : null
    const floor = band ? band.y - HOST.bandGap : rect.y + rect.h - (group.engine ? 0 : HOST.gap)
    if (group.engine) return { scene: group, rect, band, guests: [], containers: this.#placeContainers(group.engine, rect.x + 8, rect.w - 16, floor) }
    const slots = this.#guestSlots(group)
    const rows = this.#rowHeights(group, slots)
    const privilegedH = group.privileged ? this.#privilegedHeight(group.privileged) : 0
    const bottom = group.privileged && group.guests.length > 0 ? floor - privilegedH - GUEST.gap : floor
    const tops: number[] = []
    let y = rect.y
    for (const height of rows) {
      tops.push(y)
      y += height + GUEST.gap
    }
    const guests = group.guests.map((guest) => {
      const cell = slots.cell(guest.id) ?? { col: 0, row: 0, span: 1 }
      const top = tops[cell.row] ?? rect.y
      const end = cell.row === rows.length - 1 ? bottom : top + (rows[cell.row] ?? 0)
      return this.#placeGuest(guest, { x: rect.x + cell.col * (GUEST.w + GUEST.gap), y: top, w: cell.span * (GUEST.w + GUEST.gap) - GUEST.gap, h: end - top })
    })
    if (group.privileged) {
      const top = group.guests.length > 0 ? floor - privilegedH : rect.y
      guests.push(this.#placeGuest(group.privileged, { x: rect.x, y: top, w: rect.w, h: floor - top }))
    }
    return { scene: group, rect, band, guests, containers: [] }
  }

  #placeGuest(scene: GuestScene, rect: Rect): PlacedGuest {
    const floor = rect.y + rect.h - GUEST.kernelH
    return { scene, rect, containers: scene.engine ? this.#placeContainers(scene.engine, rect.x + GUEST.pad, rect.w - 2 * GUEST.pad, floor) : [] }
  }

  #placeContainers(engine: EngineScene, x: number, w: number, floor: number): PlacedContainer[] {
    const slots = this.#containerSlots(engine)
    const width = (w - (CONTAINER.perRow - 1) * CONTAINER.gap) / CONTAINER.perRow
    return engine.containers.map((scene) => {
      const cell = slots.cell(scene.id) ?? { col: 0, row: 0, span: 1 }
      return {
        scene, shelf: cell.row > 0,
        rect: { x: x + cell.col * (width + CONTAINER.gap), y: floor - CONTAINER.h - cell.row * (CONTAINER.h + CONTAINER.gap), w: width, h: CONTAINER.h },
      }
    })
  }
}

function groundHeight(scene: HostScene): number {
  return HOST.foot + HOST.hardwareH + (scene.band.kind === 'none' ? 0 : HOST.bandH + HOST.bandGap)
}
