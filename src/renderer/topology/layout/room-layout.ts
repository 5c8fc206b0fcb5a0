import type { RecordId } from '../../../protocol/records.ts'
import type { HostScene, NetworkScene, RackScene } from '../scene/types.ts'
import { HOST, RACK, RAIL, type Rect } from './geometry.ts'
import { HostLayout, type HostParts } from './host-layout.ts'
import { Slots } from './slots.ts'

export interface PlacedHost {
  readonly scene: HostScene
  /** In the room. */
  readonly rect: Rect
  readonly parts: HostParts
}

export interface PlacedRack {
  readonly id: RecordId<'rack'>
  readonly name: string
  readonly rect: Rect
  readonly hosts: readonly PlacedHost[]
}

export interface Tap {
  readonly host: RecordId<'host'>
  readonly nic: string
  readonly x: number
  /** Lower edge of the host, where the port is. */
  readonly top: number
}

/** One stretch of a network under a row of hosts. */
export interface Rail {
  readonly network: NetworkScene
  readonly x1: number
  readonly x2: number
  readonly y: number
  readonly taps: readonly Tap[]
}

/** The vertical line that joins a network's rails in one rack. */
export interface Trunk {
  readonly network: RecordId<'network'>
  readonly x: number
  readonly y1: number
  readonly y2: number
}

export interface RoomPlan {
  readonly racks: readonly PlacedRack[]
  readonly rails: readonly Rail[]
  readonly trunks: readonly Trunk[]
  readonly hosts: ReadonlyMap<RecordId<'host'>, PlacedHost>
  readonly bounds: Rect
}

const HOSTS = { columns: 4, rows: 2, ratio: 0.5 }
const RACKS = { columns: 1, rows: 2, ratio: 0.7 }
const TRUNK_STEP = 5

interface RackBox {
  readonly rack: RackScene
  readonly slots: Slots
  readonly columns: readonly number[]
  readonly rows: readonly { readonly h: number; readonly networks: readonly NetworkScene[] }[]
  readonly w: number
  readonly h: number
}

/** Where everything in the room stands. Keeps what it placed where it is, as `HostLayout` and `Slots` do. */
export class RoomLayout {
  readonly #hosts = new Map<RecordId<'host'>, HostLayout>()
  readonly #racks = new Slots(RACKS)
  readonly #inRack = new Map<RecordId<'rack'>, Slots>()
  readonly #placed = new Map<RecordId<'host'>, PlacedHost>()

  arrange(racks: readonly RackScene[], networks: readonly NetworkScene[]): RoomPlan {
    this.#racks.arrange(racks.map((rack) => ({ id: rack.id, span: 1 })))
    const framed = racks.length > 1
    const boxes = racks.map((rack) => this.#measureRack(rack, networks, framed))
    const columns: number[] = []
    const rows: number[] = []
    for (const box of boxes) {
      const cell = this.#racks.cell(box.rack.id) ?? { col: 0, row: 0 }
      columns[cell.col] = Math.max(columns[cell.col] ?? 0, box.w)
      rows[cell.row] = Math.max(rows[cell.row] ?? 0, box.h)
    }
    const xs = starts(columns, RACK.gap)
    const ys = starts(rows, RACK.gap)
    const rails: Rail[] = []
    const trunks: Trunk[] = []
    const placed = boxes.map((box) => {
      const cell = this.#racks.cell(box.rack.id) ?? { col: 0, row: 0 }
      return this.#placeRack(box, xs[cell.col] ?? 0, ys[cell.row] ?? 0, framed, rails, trunks)
    })
    const hosts = new Map(placed.flatMap((rack) => rack.hosts.map((host) => [host.scene.id, host] as const)))
    for (const id of this.#placed.keys()) if (!hosts.has(id)) this.#forget(id)
    let bottom = Math.max(0, ...placed.map((rack) => rack.rect.y + rack.rect.h))
    const right = Math.max(HOST.minInner, ...placed.map((rack) => rack.rect.x + rack.rect.w))
    const attached = new Set(rails.map((rail) => rail.network.id))
    for (const network of networks) {
      if (attached.has(network.id)) continue
      rails.push({ network, x1: 0, x2: right, y: bottom + RAIL.gap, taps: [] })
      bottom += RAIL.step
    }
    return { racks: placed, rails, trunks, hosts, bounds: { x: 0, y: 0, w: right, h: Math.max(1, bottom) } }
  }

  #forget(id: RecordId<'host'>): void {
    this.#placed.delete(id)
    this.#hosts.delete(id)
  }

  #layoutOf(id: RecordId<'host'>): HostLayout {
    let layout = this.#hosts.get(id)
    if (!layout) this.#hosts.set(id, (layout = new HostLayout()))
    return layout
  }

  #measureRack(rack: RackScene, networks: readonly NetworkScene[], framed: boolean): RackBox {
    let slots = this.#inRack.get(rack.id)
    if (!slots) this.#inRack.set(rack.id, (slots = new Slots(HOSTS)))
    slots.arrange(rack.hosts.map((host) => ({ id: host.id, span: 1 })))
    const columns: number[] = []
    const heights: number[] = []
    const used: Set<string>[] = []
    for (const host of rack.hosts) {
      const cell = slots.cell(host.id) ?? { col: 0, row: 0 }
      const size = this.#layoutOf(host.id).measure(host)
      columns[cell.col] = Math.max(columns[cell.col] ?? 0, size.w)
      heights[cell.row] = Math.max(heights[cell.row] ?? 0, size.h)
      const row = (used[cell.row] ??= new Set())
      for (const nic of host.nics) if (nic.network) row.add(nic.network)
    }
    const rows = Array.from(heights, (h, at) => ({ h: h ?? 0, networks: networks.filter((network) => used[at]?.has(network.id)) }))
    const w = Array.from(columns).reduce((sum: number, width) => sum + (width ?? 0) + HOST.colGap, 0) - HOST.colGap
    const h = rows.reduce((sum, row) => sum + rowHeight(row), 0)
    const frame = framed ? RACK.pad * 2 : 0
    return { rack, slots, columns, rows, w: Math.max(w, HOST.minInner) + frame, h: Math.max(h, framed ? 80 : 0) + (framed ? RACK.head + RACK.pad : 0) }
  }

  #placeRack(box: RackBox, x: number, y: number, framed: boolean, rails: Rail[], trunks: Trunk[]): PlacedRack {
    const left = x + (framed ? RACK.pad : 0)
    const gutter = box.rows.length > 1 ? RACK.gutter : 0
    const right = x + box.w - (framed ? RACK.pad : 0)
    const xs = starts(box.columns, HOST.colGap)
    const ys: number[] = []
    let top = y + (framed ? RACK.head : 0)
    for (const row of box.rows) {
      ys.push(top)
      top += rowHeight(row)
    }
    const hosts = box.rack.hosts.map((scene) => {
      const cell = box.slots.cell(scene.id) ?? { col: 0, row: 0 }
      return this.#placeHost(scene, left + (xs[cell.col] ?? 0), ys[cell.row] ?? y, box.rows[cell.row]?.h ?? 0)
    })
    const joined = new Map<RecordId<'network'>, { y1: number; y2: number }>()
    box.rows.forEach((row, at) => row.networks.forEach((network, lane) => {
      const railY = (ys[at] ?? 0) + row.h + RAIL.gap + lane * RAIL.step
      rails.push({ network, x1: left - gutter, x2: right, y: railY, taps: tapsOf(hosts, network, (ys[at] ?? 0) + row.h) })
      const span = joined.get(network.id)
      joined.set(network.id, { y1: span?.y1 ?? railY, y2: railY })
    }))
    let lane = 0
    for (const [network, { y1, y2 }] of joined) if (y2 > y1) trunks.push({ network, x: left - gutter + TRUNK_STEP * lane++, y1, y2 })
    return { id: box.rack.id, name: box.rack.name, rect: { x, y, w: box.w, h: box.h }, hosts }
  }

  /** The same object as before when neither the host nor its place changed, so that views can compare by identity. */
  #placeHost(scene: HostScene, x: number, y: number, h: number): PlacedHost {
    const before = this.#placed.get(scene.id)
    if (before?.scene === scene && before.rect.x === x && before.rect.y === y && before.rect.h === h) return before
    const parts = before?.scene === scene && before.rect.h === h ? before.parts : this.#layoutOf(scene.id).place(scene, h)
    const placed = { scene, rect: { x, y, w: parts.w, h }, parts }
    this.#placed.set(scene.id, placed)
    return placed
  }
}

function rowHeight(row: { readonly h: number; readonly networks: readonly unknown[] }): number {
  return row.h + (row.networks.length > 0 ? RAIL.gap + row.networks.length * RAIL.step : HOST.colGap)
}

function starts(sizes: readonly number[], gap: number): number[] {
  const found: number[] = []
  let at = 0
  for (const size of Array.from(sizes, (value) => value ?? 0)) {
    found.push(at)
    at += size + gap
  }
  return found
}

function tapsOf(hosts: readonly PlacedHost[], network: NetworkScene, bottom: number): Tap[] {
  return hosts.flatMap((host) => host.rect.y + host.rect.h !== bottom
    ? []
    : host.scene.nics.flatMap((nic, at) => nic.network === network.id
      ? [{ host: host.scene.id, nic: nic.name, x: host.rect.x + (host.parts.ports[at] ?? 0), top: bottom }]
      : []))
}
