import type { StackRow } from '../../../protocol/machine.ts'
import { disassemble } from '../assembler/disassemble.ts'
import type { Cpu } from '../cpu/cpu.ts'
import { BASES, ESP, RIGHTS, SS } from '../cpu/layout.ts'
import { peekLinear } from './peek.ts'
import type { SymbolTable } from './symbols.ts'

/** Lengths of near calls: relative, and through a register or memory. */
const CALL_LENGTHS = [5, 2, 3, 6, 7, 4]
const BIG = 0x40_0000

/** Doublewords from the top of the stack on. */
export function stackRows(cpu: Cpu, symbols: SymbolTable, count: number): StackRow[] {
  const top = (cpu.s[RIGHTS + SS]! & BIG) === 0 ? cpu.s[ESP]! & 0xffff : cpu.s[ESP]!
  return Array.from({ length: count }, (_, i) => {
    const address = (top + cpu.s[BASES + SS]! + i * 4) >>> 0
    const bytes = peekLinear(cpu, address, 4)
    const value = bytes?.length === 4 ? (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0 : null
    return { address, value, note: value === null ? null : noteOf(cpu, symbols, value) }
  })
}

function noteOf(cpu: Cpu, symbols: SymbolTable, value: number): string | null {
  const symbol = symbols.at(value)
  if (!followsCall(cpu, value)) return symbol
  return symbol === null ? 'return address' : `return address, ${symbol}`
}

/** Whether the instruction before an address is a call, as far as can be seen. */
function followsCall(cpu: Cpu, address: number): boolean {
  return CALL_LENGTHS.some((length) => {
    const bytes = address < length ? null : peekLinear(cpu, address - length, length)
    if (bytes?.length !== length) return false
    const { length: read, entry } = disassemble(bytes, address - length)
    return read === length && (entry?.handler === 'call' || entry?.handler === 'callIndirect')
  })
}
