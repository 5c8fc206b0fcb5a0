import { describe, expect, it } from 'vitest'
import { generateRoom } from '../../testing/generate-room.ts'
import { teachingRoom } from '../../testing/teaching-room.ts'
import { RoomModel } from '../scene/room-model.ts'
import { detailFor, MOST_ELEMENTS } from './budget.ts'
import { RoomGraph } from './room-graph.ts'

function planOf(records: ReturnType<typeof teachingRoom>) {
  const model = new RoomModel((key) => key)
  for (const record of records) model.index.set(record)
  return { model, plan: model.plan }
}

describe('the graph', () => {
  it('holds hosts that contain VMs that contain containers, and the attachments', () => {
    const { plan } = planOf(teachingRoom())
    const graph = new RoomGraph(() => {})
    graph.sync(plan, detailFor(plan, plan.bounds, 'vm'))
    expect(graph.cy.getElementById('container:shop').parent().map((node) => node.id())).toEqual(['vm:web'])
    expect(graph.cy.getElementById('vm:web').parent().map((node) => node.id())).toEqual(['host:1'])
    expect(graph.cy.getElementById('network:lan').connectedEdges().map((edge) => edge.source().id())).toEqual(['host:1', 'host:2', 'host:3'])
  })

  it('follows what comes and goes and keeps the selection', () => {
    const { model, plan } = planOf(teachingRoom())
    const graph = new RoomGraph(() => {})
    graph.sync(plan, detailFor(plan, plan.bounds, 'vm'))
    graph.select('vm:mail')
    const size = graph.size
    model.index.delete('container:shop')
    graph.sync(model.plan, detailFor(model.plan, model.plan.bounds, 'vm'))
    expect(graph.size).toBe(size - 1)
    expect(graph.cy.$(':selected').map((element) => element.id())).toEqual(['vm:mail'])
    graph.sync(model.plan, detailFor(model.plan, model.plan.bounds, 'rack'))
    expect(graph.cy.getElementById('vm:mail').nonempty()).toBe(false)
    expect(graph.cy.getElementById('host:2').nonempty()).toBe(true)
  })

  it('never holds more than its limit, however large the room and near the view', () => {
    for (const objects of [200, 1000, 10_000]) {
      const { plan } = planOf(generateRoom(objects))
      for (const level of ['rack', 'host', 'vm', 'container'] as const) {
        const graph = new RoomGraph(() => {})
        graph.sync(plan, detailFor(plan, plan.bounds, level))
        expect(graph.size).toBeLessThanOrEqual(MOST_ELEMENTS)
      }
    }
  })

  it('keeps the point under the pointer in place when it zooms', () => {
    const graph = new RoomGraph(() => {})
    graph.setViewport({ zoom: 1, x: 10, y: 20 })
    graph.zoomAbout(2, { x: 110, y: 220 })
    expect(graph.viewport).toEqual({ zoom: 2, x: -90, y: -180 })
  })
})
