import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Machine } from './machine.ts'

const flat = (hex: string): Machine => program(Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex')))
const program = (image: Uint8Array): Machine => new Machine({ memoryMiB: 1, boot: { kind: 'flat', image, address: 0x1000, entry: 0x1000 } })
/** Both chips from vector 0x20 on, nothing masked but what is said. */
const PIC = (masterMask: string): string => `b011 e620 b020 e621 b004 e621 b001 e621 b0${masterMask} e621`

describe('a machine', () => {
  test('sends what is written to the serial port, and ends as its guest says', () => {
    // mov dx,0x3f8; mov al,'A'; out dx,al; mov al,5; out 0xf4,al; hlt
    const machine = flat('66baf803 b041 ee b005 e6f4 f4')
    let text = ''
    machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1'))
    expect(machine.run(Infinity)).toBe('end')
    expect({ end: machine.end, text, tick: machine.tick }).toEqual({ end: { kind: 'exit', code: 5 }, text: 'A', tick: 5 })
    expect(machine.run(Infinity)).toBe('end')
    expect(machine.tick).toBe(5)
  })

  test('that is halted with interrupts off, or that nothing can wake, is dead', () => {
    for (const code of ['fa f4', 'fb f4', `${PIC('ff')} b034 e643 b0ff e640 e640 fb f4`, `${PIC('ef')} fb f4`]) {
      const machine = flat(code)
      expect(machine.run(Infinity)).toBe('end')
      expect(machine.end).toEqual({ kind: 'dead' })
    }
  })

  test('that listens to its serial line waits; what is typed wakes it', () => {
    // IER = 1, all but IRQ 4 masked; no table of interrupts: the first one shuts it down.
    const machine = flat(`${PIC('ef')} 66baf903 b001 ee fb f4`)
    expect(machine.run(5000)).toBe('tick')
    expect([machine.tick, machine.waits]).toEqual([5000, true])
    expect(machine.run(Infinity)).toBe('attention')
    expect(machine.tick).toBe(5000)
    machine.typeSerial(Uint8Array.of(13))
    expect(machine.waits).toBe(false)
    expect(machine.run(Infinity)).toBe('end')
    expect(machine.end).toEqual({ kind: 'shutdown' })
  })

  test('that waits for its timer skips the time in one step', () => {
    // PIT: mode 0, count 0xFFFF.
    const machine = flat(`${PIC('fe')} b030 e643 b0ff e640 e640 fb f4`)
    while (machine.cpu.instructions < 17) machine.step()
    const before = machine.tick
    expect(machine.waits).toBe(false)
    machine.step()
    expect(machine.tick - before).toBeGreaterThan(5_400_000)
    expect([machine.cpu.instructions, machine.end]).toEqual([17, null])
  })

  test('shuts down when a fault cannot be reported, and when its reset line is pulled', () => {
    for (const code of ['0f0b', 'b0fe e664 ebfe', 'b001 e692 ebfe']) {
      const machine = flat(code)
      machine.run(1000)
      expect(machine.end).toEqual({ kind: 'shutdown' })
    }
  })

  test('stops after the present instruction when an observer asks', () => {
    const machine = flat('90 e680 90 90 ebfe')
    machine.cpu.observer = { delivered: () => undefined, returned: () => undefined, gate: () => undefined, port: () => machine.requestStop(), control: () => undefined, halted: () => undefined }
    expect(machine.run(1000)).toBe('attention')
    expect(machine.tick).toBe(2)
    expect(machine.run(1000)).toBe('tick')
    expect(machine.tick).toBe(1000)
  })

  test('shows its time stamp counter the time that it slept', () => {
    const machine = flat(`${PIC('fe')} b030 e643 b0ff e640 e640 fb f4`)
    machine.run(1_000_000)
    expect(machine.cpu.timestamp).toBeGreaterThan(990_000)
  })
})

test('random bytes do nothing to the app: they run, halt or shut down', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
    const machine = program(bytes)
    machine.run(3000)
    expect(machine.end !== null || machine.tick === 3000).toBe(true)
  }), { numRuns: 60, seed: 5 })
})

test('wild device writes do nothing to the app either', () => {
  const port = fc.oneof(fc.constantFrom(0x20, 0x21, 0x40, 0x42, 0x43, 0x60, 0x61, 0x64, 0x70, 0x71, 0xa0, 0xa1, 0x3f6, 0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc), fc.integer({ min: 0x1f0, max: 0x1f7 }), fc.integer({ min: 0, max: 0x4ff }))
  const access = fc.record({ port, size: fc.constantFrom(1, 2, 4), value: fc.integer(), write: fc.boolean(), wait: fc.integer({ min: 0, max: 100_000 }) })
  fc.assert(fc.property(fc.array(access, { maxLength: 80 }), (accesses) => {
    // sti; hlt; jmp
    const machine = new Machine({ memoryMiB: 1, disks: [new Uint8Array(5120), null], boot: { kind: 'flat', image: Uint8Array.of(0xfb, 0xf4, 0xeb, 0xfd), address: 0x1000, entry: 0x1000 } })
    for (const { port: at, size, value, write, wait } of accesses) {
      if (write) machine.cpu.ports.write(at, value, size)
      else expect(Number.isInteger(machine.cpu.ports.read(at, size))).toBe(true)
      machine.run(machine.tick + wait)
    }
    const again = new Machine({ memoryMiB: 1, disks: [new Uint8Array(5120), null], boot: { kind: 'flat', image: new Uint8Array(1), address: 0, entry: 0 } })
    again.load(machine.save())
    expect(again.save().devices).toEqual(machine.save().devices)
    expect(JSON.parse(JSON.stringify(machine.save().devices))).toEqual(machine.save().devices)
  }), { numRuns: 100, seed: 6 })
})
