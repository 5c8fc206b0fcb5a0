import { describe, expect, it } from 'vitest'
import type { RecordId } from '../../../protocol/records.ts'
import { generateRoom } from '../../testing/generate-room.ts'
import { teachingRoom } from '../../testing/teaching-room.ts'
import { RoomModel } from './room-model.ts'
import { neighbour, type Direction } from './structure.ts'

function walker(records: ReturnType<typeof teachingRoom>) {
  const model = new RoomModel((key) => key)
  for (const record of records) model.index.set(record)
  return (from: RecordId | null, ...steps: Direction[]) => steps.reduce<RecordId | null>((at, step) => neighbour(model.plan, at, step, (id) => model.index.hostOf(id)), from)
}

describe('arrow keys', () => {
  const walk = walker(teachingRoom())

  it('begin at the first host of a room with one rack', () => {
    expect(walk(null, 'next')).toBe('host:1')
    expect(walk('host:1', 'parent')).toBeNull()
  })

  it('lead to siblings, and from the last host to the networks', () => {
    expect(walk('host:1', 'next', 'next')).toBe('host:3')
    expect(walk('host:1', 'next', 'next', 'next')).toBe('network:lan')
    expect(walk('network:lan', 'next')).toBeNull()
    expect(walk('network:lan', 'previous')).toBe('host:3')
  })

  it('lead down to containers and up again', () => {
    expect(walk('host:1', 'child')).toBe('hypervisor:1')
    expect(walk('host:1', 'child', 'next', 'child')).toBe('container:shop')
    expect(walk('container:shop', 'parent', 'parent')).toBe('host:1')
    expect(walk('container:shop', 'previous')).toBeNull()
  })

  it('pass through racks where there are several', () => {
    const far = walker(generateRoom(900))
    expect(far(null, 'next')).toBe('rack:0')
    expect(far('rack:0', 'child', 'parent')).toBe('rack:0')
    expect(far('rack:0', 'next', 'child')).toBe('host:40')
  })
})
