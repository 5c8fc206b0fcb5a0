import { describe, expect, test } from 'vitest'
import { nativeSha256 } from '../../../workers/platform.ts'
import { Recording } from './recording.ts'
import { INTERRUPTED, programOf, record } from './testing/programs.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

/** `inc ecx`, `nop`, `jmp`, without end. */
const LOOP = { memoryMiB: 1, boot: { kind: 'flat', image: bytes('41 90 ebfc'), address: 0x1000, entry: 0x1000 } } as const

describe('a recorded run', () => {
  test('finds every moment again', () => {
    // mov dx,0x3f8; again: mov [0x4000+ecx*4],eax; inc ecx; mov al,cl; out dx,al; cmp ecx,100; jne again; mov al,1; out 0xf4,al
    const boot = { kind: 'flat', image: bytes('66baf803 89048d00400000 41 88c8 ee 83f964 75f0 b001 e6f4'), address: 0x1000, entry: 0x1000 } as const
    const recording = new Recording({ memoryMiB: 1, boot }, { interval: 50 })
    const hashes: string[] = []
    do {
      hashes.push(recording.machine.stateHash(nativeSha256))
    } while (recording.run(recording.tick + 1) !== 'end')
    hashes.push(recording.machine.stateHash(nativeSha256))
    const count = recording.events.total
    for (const tick of [300, 2, 599, 0, 450, 601, 33]) {
      recording.seek(tick)
      expect({ tick: recording.tick, hash: recording.machine.stateHash(nativeSha256) }).toEqual({ tick, hash: hashes[tick] })
    }
    recording.back(3)
    expect(recording.machine.stateHash(nativeSha256)).toBe(hashes[30])
    expect(recording.events.total).toBe(count)
  })
  test('shows the registers before each of the last instructions', () => {
    const recording = record(INTERRUPTED)
    recording.run(3000)
    const before = recording.machine.stateHash(nativeSha256)
    const ring = recording.trace(200)
    expect({ total: ring.total, hash: recording.machine.stateHash(nativeSha256), tick: recording.tick }).toEqual({ total: expect.any(Number) as number, hash: before, tick: 3000 })
    // Deliveries are steps, too, but no instructions.
    expect(ring.total).toBeLessThanOrEqual(200)
    expect(ring.total).toBeGreaterThan(150)
    for (const index of [0, 17, ring.total - 1]) {
      const { moment } = ring.entry(index)
      const other = record(INTERRUPTED)
      while (other.machine.cpu.moment < moment) other.runMoments(3000, 1)
      expect(ring.line(index)).toContain(`EIP=${(other.machine.cpu.s[9]! >>> 0).toString(16).padStart(8, '0')}`)
    }
  })

  test('keeps few checkpoints of a long run, close to where it stands and wider apart farther off', () => {
    const recording = new Recording(LOOP, { interval: 1000, count: 20 })
    recording.run(200_000)
    const { checkpoints } = recording
    expect(checkpoints.count).toBe(20)
    const ticks: number[] = []
    for (let tick = recording.tick; tick > 0; tick = ticks.at(-1)! - 1) ticks.push(checkpoints.latest((checkpoint) => checkpoint.tick <= tick).tick)
    expect(recording.tick - ticks[1]!).toBeLessThan(3000)
    expect(ticks).toHaveLength(20)
    for (const tick of [199_990, 150_123, 60_000, 7]) {
      recording.seek(tick)
      expect(recording.machine.cpu.s[1]).toBe(Math.ceil(tick / 3))
    }
  })

  test('keeps its checkpoints small and finds what filled pages held', () => {
    const program = programOf('mov edi, 0x20000\n mov ecx, 0x10000\n mov eax, 0x01010101\n rep stosd\n mov [0x30000], edi\n jmp $')
    const recording = record(program, { interval: 4 })
    recording.run(20)
    expect(recording.checkpoints.bytes).toBeLessThan(1_500_000)
    const { memory } = recording.machine
    expect(memory.view.getInt32(0x5fffc, true)).toBe(0x0101_0101)
    recording.seek(3)
    expect(memory.view.getInt32(0x5fffc, true)).toBe(0)
    recording.seek(4)
    expect([memory.view.getInt32(0x5fffc, true), memory.view.getInt32(0x30000, true)]).toEqual([0x0101_0101, 0x0101_0101])
    recording.seek(20)
    expect(memory.view.getInt32(0x30000, true)).toBe(0x6_0000)
  })

  test('comes back from a long repetition', () => {
    const recording = record(programOf('again: mov ecx, 0xffffffff\n mov esi, 0x20000\n rep lodsb\n jmp again'))
    let calls = 0
    while (recording.tick < 40 && calls < 1000) {
      recording.within(10_000, () => recording.run(40))
      calls++
    }
    expect(calls).toBeGreaterThan(4)
  })
  test('takes a disk back, and forth again', () => {
    const image = new Uint8Array(1024).fill(7)
    const program = programOf(`
      mov ecx, 5
      mov edx, 0x1f2
    set:
      mov al, [registers + edx - 0x1f2]
      out dx, al
      inc edx
      loop set
      mov al, 0x30
      out dx, al
      mov esi, 0x8000
      mov ecx, 128
      mov dx, 0x1f0
      rep outsd
      mov dx, 0x1f7
    busy:
      in al, dx
      test al, 0x80
      jnz busy
      mov al, 0
      out 0xf4, al
    registers: db 1, 1, 0, 0, 0xe0`, { disks: [image, null] })
    const recording = record(program, { interval: 20 })
    expect(recording.run(1_000_000)).toBe('end')
    const disk = recording.machine.devices.ata.disks[0]!
    const written = disk.bytes.slice()
    expect(written.subarray(512)).toEqual(recording.machine.memory.bytes.subarray(0x8000, 0x8200))
    recording.seek(0)
    expect(disk.bytes).toEqual(image)
    recording.seek(recording.lastTick)
    expect({ bytes: disk.bytes, end: recording.machine.end }).toEqual({ bytes: written, end: { kind: 'exit', code: 0 } })
    recording.back(1)
    expect({ bytes: disk.bytes, end: recording.machine.end }).toEqual({ bytes: written, end: null })
  })
})
