import type { MemoryAnswer, WalkAnswer } from '../../../protocol/machine.ts'
import type { Cpu } from '../cpu/cpu.ts'
import { CPL, CR0, CR0_PG, CR3, CR4, CR4_PSE } from '../cpu/layout.ts'
import { gpa } from '../memory/addresses.ts'
import { peekTranslate, peekWord } from './peek.ts'

/** Bits of an entry by their names (SDM 3A 4.3), and their places. */
const BITS = [['P', 0], ['RW', 1], ['US', 2], ['PWT', 3], ['PCD', 4], ['A', 5], ['D', 6], ['PS', 7], ['G', 8]] as const
const PRESENT = 1
const LARGE = 0x80
const LARGE_RESERVED = 0x3f_e000
const USER_ERROR = 4
const RESERVED_ERROR = 9

/** Bytes as hex pairs; `..` where there is no RAM. Addresses wrap around at 4 GiB. */
export function memoryBytes(cpu: Cpu, space: 'linear' | 'physical', address: number, length: number): MemoryAnswer {
  const bytes = Array.from({ length }, (_, i) => {
    const at = (address + i) >>> 0
    const physical = space === 'physical' ? at : peekTranslate(cpu, at)
    return physical === null || !cpu.memory.isRam(gpa(physical)) ? '..' : cpu.memory.bytes[physical]!.toString(16).padStart(2, '0')
  })
  return { address, bytes }
}

/** How the page tables translate a linear address. Where they do not, `error` is the code of the fault that a read at the present ring would raise. */
export function walkOf(cpu: Cpu, address: number): WalkAnswer {
  const { s } = cpu
  const paging = (s[CR0]! & CR0_PG) !== 0
  if (!paging) return { address, paging, steps: [], physical: address, pageSize: null, error: null }
  const user = s[CPL] === 3 ? USER_ERROR : 0
  const steps: WalkAnswer['steps'][number][] = []
  const look = (level: 'directory' | 'table', entryAddress: number): number => {
    const entry = peekWord(cpu, entryAddress) ?? -1
    const large = level === 'directory' && (s[CR4]! & CR4_PSE) !== 0
    // In a directory PS takes the place of the table's PAT, and D and G mean something for 4 MiB pages only.
    const bits = BITS.filter(([name, n]) => ((entry >> n) & 1) !== 0 && (name !== 'PS' || large)).map(([name]) => name)
    steps.push({ level, entryAddress, entry: entry >>> 0, bits })
    return entry
  }
  const missing = (error: number): WalkAnswer => ({ address, paging, steps, physical: null, pageSize: null, error: error | user })
  const pde = look('directory', ((s[CR3]! & ~0xfff) >>> 0) + ((address >>> 22) << 2))
  if ((pde & PRESENT) === 0) return missing(0)
  if ((pde & LARGE) !== 0 && (s[CR4]! & CR4_PSE) !== 0) {
    if ((pde & LARGE_RESERVED) !== 0) return missing(RESERVED_ERROR)
    return { address, paging, steps, physical: ((pde & 0xffc0_0000) | (address & 0x3f_ffff)) >>> 0, pageSize: 4_194_304, error: null }
  }
  const pte = look('table', ((pde & ~0xfff) >>> 0) + ((address >>> 10) & 0xffc))
  if ((pte & PRESENT) === 0) return missing(0)
  return { address, paging, steps, physical: ((pte & ~0xfff) | (address & 0xfff)) >>> 0, pageSize: 4096, error: null }
}
