import { describe, expect, test } from 'vitest'
import { Machine } from './machine.ts'

const flat = (hex: string): Machine => new Machine({ memoryMiB: 1, boot: { kind: 'flat', image: Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex')), address: 0x1000, entry: 0x1000 } })

describe('a machine', () => {
  test('sends what is written to the serial port, and ends as its guest says', () => {
    // mov dx,0x3f8; mov al,'A'; out dx,al; mov al,5; out 0xf4,al; hlt
    const machine = flat('66baf803 b041 ee b005 e6f4 f4')
    let text = ''
    machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1'))
    expect(machine.run(Infinity)).toBe('end')
    expect({ end: machine.end, text, tick: machine.tick }).toEqual({ end: { kind: 'exit', code: 5 }, text: 'A', tick: 5 })
  })

  test('that is halted with interrupts off is dead; one that faults without a table shuts down', () => {
    const halted = flat('fa f4')
    expect(halted.run(Infinity)).toBe('end')
    expect(halted.end).toEqual({ kind: 'dead' })
    const faulty = flat('0f0b')
    faulty.run(Infinity)
    expect(faulty.end).toEqual({ kind: 'shutdown' })
  })
})
