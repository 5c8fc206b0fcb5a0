import type { Opcode } from '../cpu/opcode.ts'
import { HAS_MODRM, rowAt, THREE_BYTE, TWO_BYTE } from '../cpu/opcodes.ts'
import { ByteReader, EndOfBytes } from './byte-reader.ts'
import { type Decoding, memoryText, operandText } from './disassemble-operand.ts'
import { FORMS, type Form, isTwin, NASM_CONDITION } from './forms.ts'

/** One instruction as text. */
export interface Disassembly {
  /** In bytes, at least 1. */
  readonly length: number
  /** As `ndisasm` writes it; `db 0x..` where NASM has no name for it. */
  readonly text: string
  /** Its row of the opcode table; null where the processor has no such instruction. */
  readonly entry: Opcode | null
}

interface Prefixes {
  operandSize: boolean
  addressSize: boolean
  segment: string
  repeat: number
  lock: boolean
}

const SEGMENT_PREFIX: Readonly<Record<number, string>> = { 0x26: 'es', 0x2e: 'cs', 0x36: 'ss', 0x3e: 'ds', 0x64: 'fs', 0x65: 'gs' }

/**
 * The instruction at the start of `bytes`, which lie at the linear address `address`, in NASM's syntax as `ndisasm -b 32` (or 16) prints it.
 * Never throws. What NASM cannot write but the processor executes is shown as `db` of all its bytes; a byte that begins nothing, as `db` or the
 * prefix it would be.
 */
export function disassemble(bytes: Uint8Array, address: number, bits: 16 | 32 = 32): Disassembly {
  const reader = new ByteReader(bytes)
  try {
    return decode(reader, bytes, address, bits)
  } catch (error) {
    if (!(error instanceof EndOfBytes)) throw error
    return bytes.length === 0 ? { length: 0, text: '', entry: null } : bad(bytes, bits)
  }
}

/** The first byte alone: a prefix by its name, anything else as data. */
function bad(bytes: Uint8Array, bits: 16 | 32): Disassembly {
  const first = bytes[0]!
  const prefix: Readonly<Record<number, string>> = { ...SEGMENT_PREFIX, 0x66: bits === 32 ? 'o16' : 'o32', 0x67: bits === 32 ? 'a16' : 'a32', 0xf0: 'lock', 0xf2: 'repne', 0xf3: 'rep' }
  return { length: 1, text: prefix[first] ?? `db 0x${first.toString(16).padStart(2, '0')}`, entry: null }
}

function readPrefixes(reader: ByteReader): [Prefixes, number] {
  const prefixes: Prefixes = { operandSize: false, addressSize: false, segment: '', repeat: 0, lock: false }
  for (;;) {
    const value = reader.byte()
    if (value === 0x66) prefixes.operandSize = true
    else if (value === 0x67) prefixes.addressSize = true
    else if (value === 0xf0) prefixes.lock = true
    else if (value === 0xf2 || value === 0xf3) prefixes.repeat = value
    else if (SEGMENT_PREFIX[value] !== undefined) prefixes.segment = SEGMENT_PREFIX[value]
    else return [prefixes, value]
  }
}

function decode(reader: ByteReader, bytes: Uint8Array, address: number, bits: 16 | 32): Disassembly {
  const [prefixes, first] = readPrefixes(reader)
  const place = placeOf(reader, first)
  const other = bits === 32 ? 2 : 4
  const own = bits === 32 ? 4 : 2
  const addressSize = prefixes.addressSize ? other : own
  const modrm = HAS_MODRM[place] ? reader.byte() : -1
  const form = FORMS[rowAt(place, modrm, prefixes.repeat || (prefixes.operandSize ? 0x66 : 0))]
  if (!form) return bad(bytes, bits)
  // A mandatory prefix is part of the opcode, and not shown.
  if (form.prefix === 0xf3) prefixes.repeat = 0
  if (form.prefix === 0x66) prefixes.operandSize = false
  const registers = modrm >= 0xc0 || form.operands.some((word) => word === 'Cd' || word === 'Dd')
  const memory = modrm >= 0 && !registers ? memoryText(reader, modrm, addressSize, bits, prefixes.segment) : null
  if (memory === null && form.operands.some((word) => word.startsWith('M'))) return bad(bytes, bits)
  const d: Decoding = { reader, form, bits, operandSize: prefixes.operandSize ? other : own, addressSize, modrm, memory, address, segment: memory === null ? prefixes.segment : '' }
  const operands = form.operands.filter((word) => word !== 'b' && word !== 'v' && !isImplied(form, word)).map((word) => operandText(word, d))
  if (form.opcode.mnemonic === 'xchg') operands.reverse()
  const length = reader.at
  if (!writable(d, prefixes)) return { length, text: `db ${[...bytes.subarray(0, length)].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(',')}`, entry: form.opcode }
  return { length, text: compose(d, prefixes, operands), entry: form.opcode }
}

function placeOf(reader: ByteReader, first: number): number {
  if (first !== 0x0f) return first
  const second = reader.byte()
  return second === 0x38 ? THREE_BYTE + reader.byte() : TWO_BYTE + second
}

/** Operands that the mnemonic says: `les`, `cbw`. */
const isImplied = (form: Form, word: string): boolean => form.opcode.handler === 'loadFar' && /^[a-z]s$/.test(word) || /^(?:cbw|cwd)$/.test(form.opcode.mnemonic)

/** Whether NASM has a name for it: the processor knows some encodings twice, and ignores fields that NASM wants clear. */
function writable({ form, modrm, operandSize }: Decoding, prefixes: Prefixes): boolean {
  const { mnemonic, handler } = form.opcode
  if (isTwin(form.opcode) || (handler === 'setcc' && (modrm & 0x38) !== 0)) return false
  if (mnemonic === 'bswap' || handler === 'movzxWord' || handler === 'movsxWord') return operandSize === 4
  if (/^mov(?:To|From)(?:Control|Debug)$/.test(handler)) return modrm >= 0xc0 && !prefixes.operandSize && !prefixes.addressSize && prefixes.repeat === 0
  return !(form.operands.includes('Sw') && ((modrm >> 3) & 7) > 5)
}

const BY_SIZE: Readonly<Record<string, readonly [string, string]>> = { cbw: ['cbw', 'cwde'], cwd: ['cwd', 'cdq'] }
const SUFFIXED = new Set(['pusha', 'popa', 'pushf', 'popf', 'iret', 'ret', 'retf'])
const PREFETCHES = ['prefetchnta', 'prefetcht0', 'prefetcht1', 'prefetcht2']

function mnemonicText({ form, bits, operandSize, addressSize, modrm, memory }: Decoding, prefixes: Prefixes): string {
  const { mnemonic, handler, operands, code } = form.opcode
  const condition = /^(j|set|cmov)([a-z]+)$/.exec(mnemonic)
  if (condition && (handler === 'jcc' || handler === 'setcc' || handler === 'cmov')) return `${condition[1]!}${NASM_CONDITION[condition[2]!] ?? condition[2]!}`
  if (operands === 'b') return `${mnemonic}b`
  if (operands === 'v') return `${mnemonic}${operandSize === 4 ? 'd' : 'w'}`
  if (mnemonic === 'jecxz') return addressSize === 4 ? 'jecxz' : 'jcxz'
  if (mnemonic === 'xlat') return 'xlatb'
  if (code === '90' && prefixes.operandSize) return operandSize === 4 ? 'xchg eax,eax' : 'xchg ax,ax'
  if (code === '90' && prefixes.addressSize) return bits === 32 ? 'xchg eax,eax' : 'xchg ax,ax'
  if (code === '90' && prefixes.repeat === 0xf3) return 'pause'
  const reg = (modrm >> 3) & 7
  if (mnemonic === 'nop' && form.modrm && (code !== '0f1f' || reg !== 0)) return code === '0f18' && reg < 4 && memory !== null ? PREFETCHES[reg]! : `hint_nop${(form.bytes[1]! - 0x18) * 8 + reg}`
  if (mnemonic === 'ret' && operands === 'Iw' && operandSize === 2 && bits === 32) return 'retnw'
  if (SUFFIXED.has(mnemonic) && operandSize * 8 !== bits) return `${mnemonic}${operandSize === 4 ? 'd' : 'w'}`
  return BY_SIZE[mnemonic]?.[operandSize === 4 ? 1 : 0] ?? mnemonic
}

/** Prefixes that the operands do not show, in NASM's order, mnemonic, operands. */
function compose(d: Decoding, prefixes: Prefixes, operands: readonly string[]): string {
  const { form, bits, memory } = d
  const name = mnemonicText(d, prefixes)
  const before: string[] = []
  if (d.segment !== '') before.push(d.segment)
  if (prefixes.repeat !== 0 && name !== 'pause') before.push(repeatName(form, prefixes, memory !== null))
  if (prefixes.lock) before.push('lock')
  if (prefixes.operandSize && !showsOperandSize(d)) before.push(bits === 32 ? 'o16' : 'o32')
  if (prefixes.addressSize && (operands.length === 0 || (bits === 16 && memory === null && form.operands.every((word) => /^[EGZRSCD][bwdv]$/.test(word)))) && form.opcode.code !== '90') before.push(bits === 32 ? 'a16' : 'a32')
  const values = (form.opcode.mnemonic === 'aam' || form.opcode.mnemonic === 'aad') && operands[0] === '0xa' ? [] : [...operands]
  if (prefixes.addressSize && /^loop/.test(name)) values.push(d.addressSize === 2 ? 'cx' : 'ecx')
  const shown = PREFETCHES.includes(name) ? [`byte ${memory!}`] : values
  return `${[...before, name].join(' ')}${shown.length > 0 ? ` ${shown.join(',')}` : ''}`
}

function showsOperandSize({ form, memory, modrm }: Decoding): boolean {
  const { mnemonic, code, operands } = form.opcode
  if (code === '90') return true
  if (operands === 'Is' || operands === 'Jb' || mnemonic === 'nop' && code === '0f18' && memory !== null && (modrm & 0x38) < 0x20) return false
  if (/^(?:smsw|sldt|str)$/.test(mnemonic) || operands.includes('Sw')) return memory === null
  if (/^[sl][gi]dt$/.test(mnemonic)) return false
  return form.sized && operands !== 'b'
}

/** Hardware lock elision and bound prefixes share their bytes with the repetitions. */
function repeatName(form: Form, { repeat, lock }: Prefixes, memory: boolean): string {
  const { mnemonic, handler, lock: lockable, code } = form.opcode
  const elided = memory && ((lockable && (lock || mnemonic === 'xchg')) || (repeat === 0xf3 && /^(?:88|89|c[67]\/0)$/.test(code)))
  if (elided) return repeat === 0xf3 ? 'xrelease' : 'xacquire'
  if (repeat === 0xf2 && (/^(?:jcc|jmp|call|ret)$/.test(handler) && code !== 'eb' || /^(?:jmp|call)Indirect$/.test(handler))) return 'bnd'
  if (/^(?:cmps|scas)/.test(mnemonic)) return repeat === 0xf3 ? 'repe' : 'repne'
  return repeat === 0xf3 ? 'rep' : 'repne'
}

