import { gpa } from '../../memory/addresses.ts'
import { HEAD_BYTES, PAGE_SIZE } from '../../memory/physical-memory.ts'
import type { Cpu } from '../cpu.ts'
import { CURRENT_VMCS } from '../layout.ts'

/**
 * The VMCS region: revision identifier, VMX-abort indicator, launch state, then the fields, a word each (64 bits: two) in a layout of our own, as the manual
 * leaves it to the processor. It is memory like any other, so checkpoints and hashes have it. Each field has a place by the parts of its encoding.
 */
export const REVISION = 0x676c_6173
const LAUNCH_STATE = 8
const FIELDS = 64

export const NO_VMCS = -1
export const CLEAR = 0
export const LAUNCHED = 1

/** Bytes from the region's beginning. Type and index of a field: 128 words for each width, 256 for 64 bits. */
function placeOf(encoding: number): number {
  const index = ((encoding >> 5) & 0x60) | ((encoding >> 1) & 0x1f)
  const width = encoding >> 13
  return width === 1 ? FIELDS + 0x600 + index * 8 + (encoding & 1) * 4 : FIELDS + (width === 0 ? 0 : (width - 1) * 0x200) + index * 4
}

/** VMPTRLD has seen that the region is RAM. */
const read = (c: Cpu, offset: number): number => c.memory.hostWords[(c.s[CURRENT_VMCS]! + HEAD_BYTES + offset) >>> 2]!

function write(c: Cpu, offset: number, value: number): void {
  const at = gpa(c.s[CURRENT_VMCS]! + offset)
  if (c.memory.isPlain(at)) c.memory.hostWords[(at + HEAD_BYTES) >>> 2] = value
  else c.memory.write(at, value, 4)
}

/** A field of the current VMCS, of 64 bits the half that the encoding names. The field must exist. */
export const readField = (c: Cpu, encoding: number): number => read(c, placeOf(encoding))
/** 16-bit fields keep 16 bits. */
export const writeField = (c: Cpu, encoding: number, value: number): void => write(c, placeOf(encoding), encoding < 0x2000 ? value & 0xffff : value)

/** Place of a field in `hostWords` behind `fieldsAt`; of the next index it is one further. */
export const wordOf = (encoding: number): number => placeOf(encoding) >>> 2
export const fieldsAt = (c: Cpu): number => (c.s[CURRENT_VMCS]! + HEAD_BYTES) >>> 2

/** As `fieldsAt`, for many writes at once: whoever must hear of a write to the page has heard of it. */
export function fieldsForWriting(c: Cpu): number {
  const base = fieldsAt(c)
  const page = c.s[CURRENT_VMCS]!
  for (let offset = 0; offset < PAGE_SIZE && !c.memory.isPlain(gpa(page)); offset += 4) c.memory.write(gpa(page + offset), c.memory.hostWords[base + offset / 4]!, 4)
  return base
}

export const launchState = (c: Cpu): number => read(c, LAUNCH_STATE)
export const setLaunchState = (c: Cpu, state: number): void => write(c, LAUNCH_STATE, state)

/** Of the region at a physical address: its first word without the shadow-VMCS bit. */
export const revisionAt = (c: Cpu, address: number): number => c.memory.read(gpa(address), 4)

/** VMCLEAR's effect: the launch state becomes clear. */
export const clearAt = (c: Cpu, address: number): void => c.memory.write(gpa(address + LAUNCH_STATE), CLEAR, 4)
