import { readLinear } from './access.ts'
import type { Cpu } from './cpu.ts'
import { GP, raise, UD } from './fault.ts'
import { handlerId } from './handlers.ts'
import {
  BASES, CS, DS, EBP, ESP, FORM_REG_RM, FORM_RM_CL, FORM_RM_IMM, FORM_RM_REG, LIMITS, NO_REGISTER, PREFIX_ADDRESS16, PREFIX_REP, PREFIX_REPNE,
  R_DISP, R_FORM, R_HANDLER, R_IMM, R_IMM2, R_LENGTH, R_MEM, R_NEXT, R_PREFIX, R_REG, R_RM, R_ROW, R_SIZE, R_TARGET, SS,
} from './layout.ts'
import { specialise } from './fast-forms.ts'
import type { Opcode } from './opcode.ts'
import { HAS_MODRM, OPCODES, rowAt, THREE_BYTE, TWO_BYTE } from './opcodes.ts'

/** A row, prepared: its operand words and the id of its handler. */
interface Shape {
  readonly row: number
  readonly operands: readonly string[]
  readonly handler: number
  readonly size: 'b' | 'w' | 'd' | 'v'
  readonly form: number
  readonly opcode: Opcode
}

/** D of CS: operands and addresses are 32 bits wide where no prefix says otherwise. */
const BIG = 0x40_0000

const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs']
const SHAPES: readonly Shape[] = OPCODES.map((opcode, row) => {
  const operands = opcode.operands === '' ? [] : opcode.operands.split(' ')
  const sized = operands.filter((word) => !/^[IJ]/.test(word)).map((word) => (word.startsWith('S') ? 'v' : word.slice(-1))).find((z) => 'bwdv'.includes(z))
  return {
    row, operands, opcode, handler: handlerId(opcode.handler), size: (sized ?? 'v') as Shape['size'],
    form: formOf(operands),
  }
})

/** Destination and source: the three-operand forms (`imul`, `shld`) name their register second or their immediate third. */
function formOf(operands: readonly string[]): number {
  const [first = '', second = '', third = ''] = operands
  if (third === 'CL') return FORM_RM_CL
  if (/^[EMZ]/.test(first) && /^G/.test(second)) return FORM_RM_REG
  if (/^(I|1)/.test(third) || /^(I|1)/.test(second) || /^I/.test(first)) return FORM_RM_IMM
  if (second === 'CL') return FORM_RM_CL
  if (/^[GS]/.test(first) || /^O/.test(second)) return FORM_REG_RM
  return FORM_RM_REG
}

/** Where the decoder stands. One decoder at a time: nothing here outlives a call. */
let at = 0
let begin = 0

/** The next byte; beyond 15 bytes or CS's limit #GP(0) (SDM 2A 2.3.11), and #PF where the page is missing. */
function byte(c: Cpu): number {
  if (((at - begin) | 0) >= 15 || at >>> 0 > c.s[LIMITS + CS]! >>> 0) raise(c.s, GP, 0)
  const value = readLinear(c, (at + c.s[BASES + CS]!) | 0, 1)
  at = (at + 1) | 0
  return value
}

const signedByte = (c: Cpu): number => (byte(c) << 24) >> 24
const word = (c: Cpu): number => byte(c) | (byte(c) << 8)
const double = (c: Cpu): number => word(c) | (word(c) << 16)

interface Prefixes { size: number; address16: boolean; segment: number; repeat: number; lock: boolean }

function prefixes(c: Cpu, into: Prefixes, wide: boolean): number {
  for (;;) {
    const value = byte(c)
    switch (value) {
      case 0x26: case 0x2e: case 0x36: case 0x3e: into.segment = (value >> 3) & 3; break
      case 0x64: case 0x65: into.segment = value - 0x60; break
      case 0x66: into.size = wide ? 2 : 4; break
      case 0x67: into.address16 = wide; break
      case 0xf0: into.lock = true; break
      case 0xf2: into.repeat = PREFIX_REPNE; break
      case 0xf3: into.repeat = PREFIX_REP; break
      default: return value
    }
  }
}

/** Decodes the instruction at `eip` into the free record of `c.records` and returns its place. Nothing is kept: see `Cpu.keepRecord`. */
export function decode(c: Cpu, eip: number): number {
  c.reserveRecord()
  const p = c.freeRecord
  const r = c.records.fill(0, p, p + 16)
  at = begin = eip
  const wide = (c.rights[CS]! & BIG) !== 0
  const state: Prefixes = { size: wide ? 4 : 2, address16: !wide, segment: -1, repeat: 0, lock: false }
  let place = prefixes(c, state, wide)
  if (place === 0x0f) {
    place = TWO_BYTE + byte(c)
    if (place === TWO_BYTE + 0x38) place = THREE_BYTE + byte(c)
  }
  r[p + R_RM] = 0
  r[p + R_MEM] = NO_REGISTER | (NO_REGISTER << 4) | ((state.segment < 0 ? DS : state.segment) << 12) | (state.address16 ? 0x1_0000 : 0)
  let modrm = -1
  if (HAS_MODRM[place]!) {
    modrm = byte(c)
    const registersOnly = place >= 256 + 0x20 && place <= 256 + 0x23
    if (modrm >= 0xc0 || registersOnly) r[p + R_RM] = modrm & 7
    else if (state.address16) address16(c, r, p, modrm, state.segment)
    else address32(c, r, p, modrm, state.segment)
  }
  const reg = modrm < 0 ? 0 : (modrm >> 3) & 7
  const shape = SHAPES[rowAt(place, modrm, state.repeat === 0 ? (state.size === (wide ? 4 : 2) ? 0 : 0x66) : state.repeat === PREFIX_REP ? 0xf3 : 0xf2)]
  if (!shape) raise(c.s, UD)
  r[p + R_REG] = reg
  r[p + R_HANDLER] = shape.handler
  r[p + R_ROW] = shape.row
  r[p + R_FORM] = shape.form
  r[p + R_PREFIX] = state.repeat | (state.address16 ? PREFIX_ADDRESS16 : 0)
  r[p + R_SIZE] = shape.size === 'b' ? 1 : shape.size === 'w' ? 2 : shape.size === 'd' ? 4 : state.size
  r[p + R_IMM2] = place & 15
  for (const operand of shape.operands) decodeOperand(c, r, p, operand, place, state)
  check(c, r, p, shape, state)
  r[p + R_LENGTH] = (at - eip) | 0
  r[p + R_NEXT] = samePage(eip, at) ? 0 : -1
  r[p + R_TARGET] = samePage(eip, at + r[p + R_IMM]!) ? 0 : -1
  specialise(r, p, shape.opcode)
  return p
}

const samePage = (a: number, b: number): boolean => ((a ^ b) & ~0xfff) === 0

function decodeOperand(c: Cpu, r: Int32Array, p: number, operand: string, place: number, state: Prefixes): void {
  const kind = operand.charAt(0)
  const size = r[p + R_SIZE]!
  if (kind === 'I') r[p + (operand === 'Ib' && r[p + R_IMM2] === -1 ? R_IMM2 : R_IMM)] = immediate(c, operand, size)
  else if (kind === 'J') r[p + R_IMM] = operand === 'Jb' ? signedByte(c) : size === 2 ? (word(c) << 16) >> 16 : double(c)
  else if (kind === '1') r[p + R_IMM] = 1
  else if (kind === 'Z') r[p + R_RM] = place & 7
  else if (kind === 'O') {
    r[p + R_RM] = -1
    r[p + R_DISP] = state.address16 ? word(c) : double(c)
  } else if (kind === 'P') {
    r[p + R_IMM] = size === 2 ? word(c) : double(c)
    r[p + R_IMM2] = word(c)
  } else if (SEGMENTS.includes(operand)) {
    const far = r[p + R_RM]! < 0
    r[p + (far ? R_IMM2 : R_REG)] = SEGMENTS.indexOf(operand)
  }
  // `enter` has two immediates: the second, a byte, follows the first.
  if (operand === 'Iw' && place === 0xc8) r[p + R_IMM2] = -1
}

function immediate(c: Cpu, operand: string, size: number): number {
  if (operand === 'Ib') return byte(c)
  if (operand === 'Is') return signedByte(c)
  return operand === 'Iw' || size === 2 ? word(c) : double(c)
}

/** What the encoding itself forbids: a register where only memory can be, CS as a destination, LOCK without a locked store (SDM 2A, LOCK). */
function check(c: Cpu, r: Int32Array, p: number, { operands, opcode }: Shape, { lock }: Prefixes): void {
  const memory = r[p + R_RM]! < 0
  if (!memory && operands.some((operand) => operand.startsWith('M'))) raise(c.s, UD)
  if (lock && !(opcode.lock && memory)) raise(c.s, UD)
  const reg = r[p + R_REG]!
  if (operands.includes('Sw') && (reg > 5 || (operands[0] === 'Sw' && reg === CS))) raise(c.s, UD)
  if (operands.includes('Cd') && (reg === 1 || reg > 4)) raise(c.s, UD)
}

/** Default segment: SS where the base is ESP or EBP. */
function setMemory(r: Int32Array, p: number, base: number, index: number, scale: number, segment: number, address16: boolean): void {
  const used = segment >= 0 ? segment : base === ESP || base === EBP ? SS : DS
  r[p + R_RM] = -1
  r[p + R_MEM] = base | (index << 4) | (scale << 8) | (used << 12) | (address16 ? 0x1_0000 : 0)
}

function address32(c: Cpu, r: Int32Array, p: number, modrm: number, segment: number): void {
  const mod = modrm >> 6
  let base = modrm & 7
  let index = NO_REGISTER
  let scale = 0
  if (base === ESP) {
    const sib = byte(c)
    base = sib & 7
    index = ((sib >> 3) & 7) === ESP ? NO_REGISTER : (sib >> 3) & 7
    scale = sib >> 6
  }
  if (base === EBP && mod === 0) {
    setMemory(r, p, NO_REGISTER, index, scale, segment, false)
    r[p + R_DISP] = double(c)
    return
  }
  setMemory(r, p, base, index, scale, segment, false)
  r[p + R_DISP] = mod === 0 ? 0 : mod === 1 ? signedByte(c) : double(c)
}

/** Base and index of the 16-bit forms (SDM 2A table 2-1). */
const PAIRS: readonly (readonly [number, number])[] = [[3, 6], [3, 7], [5, 6], [5, 7], [6, NO_REGISTER], [7, NO_REGISTER], [5, NO_REGISTER], [3, NO_REGISTER]]

function address16(c: Cpu, r: Int32Array, p: number, modrm: number, segment: number): void {
  const mod = modrm >> 6
  if (mod === 0 && (modrm & 7) === 6) {
    setMemory(r, p, NO_REGISTER, NO_REGISTER, 0, segment, true)
    r[p + R_DISP] = word(c)
    return
  }
  const [base, index] = PAIRS[modrm & 7]!
  setMemory(r, p, base, index, 0, segment, true)
  r[p + R_DISP] = mod === 0 ? 0 : mod === 1 ? signedByte(c) : (word(c) << 16) >> 16
}
