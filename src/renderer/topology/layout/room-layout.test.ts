import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyRecord, RecordId } from '../../../protocol/records.ts'
import { generateRoom, makeContainer, makeEngine, makeVm } from '../../testing/generate-room.ts'
import { growingRoom, teachingRoom } from '../../testing/teaching-room.ts'
import { RoomModel } from '../scene/room-model.ts'
import { contains, intersects, type Rect } from './geometry.ts'
import { objectAt, objectsOf } from './objects.ts'
import type { RoomPlan } from './room-layout.ts'

function modelOf(records: readonly AnyRecord[]): RoomModel {
  const model = new RoomModel((key) => key)
  for (const record of records) model.index.set(record)
  return model
}

const inside = (inner: Rect, outer: Rect) =>
  inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w + 1e-6 && inner.y + inner.h <= outer.y + outer.h + 1e-6

function expectSound(plan: RoomPlan): void {
  const hosts = [...plan.hosts.values()]
  for (const host of hosts) {
    const objects = objectsOf(host)
    const rects = new Map(objects.map((object) => [object.id, object.rect]))
    for (const object of objects) {
      expect(object.rect.w).toBeGreaterThan(0)
      expect(object.rect.h).toBeGreaterThan(0)
      const parent = object.parent ? rects.get(object.parent) : undefined
      if (parent) expect(inside(object.rect, parent), `${object.id} in ${object.parent}`).toBe(true)
    }
    for (const a of objects) for (const b of objects) if (a.id < b.id && a.parent === b.parent) expect(intersects(a.rect, b.rect), `${a.id} and ${b.id}`).toBe(false)
  }
  for (const a of hosts) for (const b of hosts) if (a.scene.id < b.scene.id) expect(intersects(a.rect, b.rect), `${a.scene.id} and ${b.scene.id}`).toBe(false)
  for (const a of plan.racks) for (const b of plan.racks) if (a.id < b.id) expect(intersects(a.rect, b.rect)).toBe(false)
  for (const rail of plan.rails) for (const tap of rail.taps) expect(rail.x1 <= tap.x && tap.x <= rail.x2 && tap.top < rail.y).toBe(true)
}

const corners = (plan: RoomPlan) => new Map([...plan.hosts.values()].flatMap((host) => objectsOf(host).map((object) => [object.id, [object.rect.x, object.rect.y]] as const)))

describe('the room layout', () => {
  it('keeps children inside their parents and siblings apart', () => {
    expectSound(modelOf(teachingRoom()).plan)
    expectSound(modelOf(growingRoom()).plan)
    fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), (objects) => expectSound(modelOf(generateRoom(objects)).plan)), { numRuns: 25 })
  })

  it('is the same for the same records in any order', () => {
    fc.assert(fc.property(fc.shuffledSubarray(generateRoom(60), { minLength: generateRoom(60).length }), (shuffled) => {
      expect(corners(modelOf(shuffled).plan)).toEqual(corners(modelOf(generateRoom(60)).plan))
    }), { numRuns: 20 })
  })

  it('moves no VM when another one comes or goes', () => {
    const model = modelOf(teachingRoom())
    const before = corners(model.plan)
    model.index.set(makeVm('new', 'host:1', 'hypervisor:1', { order: 9 }))
    const after = corners(model.plan)
    for (const id of ['host:1', 'host:2', 'host:3', 'vm:web', 'vm:hadoop', 'vm:db', 'vm:mail', 'vm:erp', 'vm:fedora'] as RecordId[]) expect(after.get(id), id).toEqual(before.get(id))
    model.index.delete('vm:hadoop')
    expect(corners(model.plan).get('vm:db')).toEqual(before.get('vm:db'))
    expectSound(model.plan)
  })

  it('moves no container sideways when another one comes, and stands them all on the kernel', () => {
    const model = modelOf(growingRoom())
    const before = corners(model.plan)
    model.index.set(makeContainer('late', 'engine:host', 'late', 'alpine:3.20', 'running', 7))
    const after = corners(model.plan)
    expect(after.get('container:java')).toEqual(before.get('container:java'))
    const host = model.plan.hosts.get('host:2')!
    const band = host.parts.band!
    for (const container of host.parts.groups[0]!.containers) expect(container.rect.y + container.rect.h).toBe(band.y)
  })

  it('changes only the host that a record belongs to', () => {
    const model = modelOf(generateRoom(100))
    const before = model.plan.hosts
    const vm = model.index.all('vm')[0]!
    model.index.set({ ...vm, state: 'paused' })
    const after = model.plan.hosts
    const changed = [...after].filter(([id, host]) => before.get(id) !== host).map(([id]) => id)
    expect(changed).toEqual([vm.host])
    expect(model.plan).toBe(model.plan)
  })

  it('finds what lies under a point, innermost first', () => {
    const { plan } = modelOf(teachingRoom())
    for (const host of plan.hosts.values()) {
      for (const object of objectsOf(host)) {
        const { x, y } = object.rect
        const found = objectAt(plan, x + 1, y + object.rect.h / 2, true)
        const rect = objectsOf(host).find((one) => one.id === found)!.rect
        expect(contains(rect, x + 1, y + object.rect.h / 2)).toBe(true)
        expect(objectAt(plan, x + 1, y + 1, false)).toBe(host.scene.id)
      }
    }
    const rail = plan.rails[0]!
    expect(objectAt(plan, rail.x1 + 2, rail.y + 3, true)).toBe('network:lan')
    expect(objectAt(plan, -500, -500, true)).toBeNull()
  })

  it('gives an engine its place as soon as it is there', () => {
    const model = modelOf(growingRoom())
    model.index.set(makeEngine('vm', 'vm:boot'))
    model.index.set(makeContainer('first', 'engine:vm', 'first', 'alpine:3.20'))
    expectSound(model.plan)
    expect(objectsOf(model.plan.hosts.get('host:3')!).map((object) => object.id)).toContain('container:first')
  })
})
