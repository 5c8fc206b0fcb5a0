import { describe, expect, test } from 'vitest'
import { Recording } from './recording.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

describe('a recorded run', () => {
  test('finds every moment again', () => {
    // mov dx,0x3f8; again: mov [0x4000+ecx*4],eax; inc ecx; mov al,cl; out dx,al; cmp ecx,100; jne again; mov al,1; out 0xf4,al
    const boot = { kind: 'flat', image: bytes('66baf803 89048d00400000 41 88c8 ee 83f964 75f0 b001 e6f4'), address: 0x1000, entry: 0x1000 } as const
    const recording = new Recording({ memoryMiB: 1, boot }, { interval: 50 })
    const hashes: string[] = []
    do {
      hashes.push(recording.machine.stateHash())
    } while (recording.run(recording.tick + 1) !== 'end')
    hashes.push(recording.machine.stateHash())
    const count = recording.events.total
    for (const tick of [300, 2, 599, 0, 450, 601, 33]) {
      recording.seek(tick)
      expect({ tick: recording.tick, hash: recording.machine.stateHash() }).toEqual({ tick, hash: hashes[tick] })
    }
    recording.back(3)
    expect(recording.machine.stateHash()).toBe(hashes[30])
    expect(recording.events.total).toBe(count)
  })
})
