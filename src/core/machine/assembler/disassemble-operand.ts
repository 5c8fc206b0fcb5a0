import type { ByteReader } from './byte-reader.ts'
import { type Form, PAIRS, REGISTERS } from './forms.ts'

/** What the prefixes and the modrm byte say about the operands to come. */
export interface Decoding {
  readonly reader: ByteReader
  readonly form: Form
  readonly bits: 16 | 32
  /** Bytes. */
  readonly operandSize: 2 | 4
  readonly addressSize: 2 | 4
  /** -1 without one. */
  readonly modrm: number
  /** Text of the memory operand, segment and all, without size; null: a register. */
  readonly memory: string | null
  /** Linear address of the first byte. */
  readonly address: number
  /** An overriding segment, until an operand shows it. */
  segment: string
}

export const hex = (value: number): string => `0x${value.toString(16)}`
const signed = (value: number): string => (value < 0 ? `-${hex(-value)}` : `+${hex(value)}`)
const keyword = (size: number): string => (size === 1 ? 'byte' : size === 2 ? 'word' : 'dword')

/** The memory operand of a modrm byte whose mod field is not 3; reads the rest of the address. */
export function memoryText(reader: ByteReader, modrm: number, addressSize: 2 | 4, bits: 16 | 32, segment: string): string {
  const mod = modrm >> 6
  const override = segment === '' ? '' : `${segment}:`
  const foreign = addressSize * 8 === bits ? '' : `${keyword(addressSize)} `
  if (addressSize === 2) {
    if (mod === 0 && (modrm & 7) === 6) return `[${foreign}${override}${hex(reader.word())}]`
    const displacement = mod === 0 ? '' : signed(mod === 1 ? reader.signedByte() : reader.signedWord())
    return `[${override}${PAIRS[modrm & 7]!}${displacement}]`
  }
  return `[${address32(reader, modrm, override, mod === 0 && (modrm & 7) === 5 ? 'dword ' : (modrm & 7) === 4 ? foreign : '')}]`
}

function address32(reader: ByteReader, modrm: number, override: string, size: string): string {
  const mod = modrm >> 6
  let base = modrm & 7
  let index = ''
  if (base === 4) {
    const sib = reader.byte()
    base = sib & 7
    const number = (sib >> 3) & 7
    const scale = sib >> 6
    if (number !== 4) index = `${REGISTERS.d[number]!}${scale > 0 ? `*${1 << scale}` : ''}`
  }
  if (mod === 0 && base === 5) {
    const displacement = reader.double()
    return `${size}${override}${index}${index === '' ? hex(displacement) : signed(displacement | 0)}`
  }
  const registers = `${REGISTERS.d[base]!}${index === '' ? '' : `+${index}`}`
  return `${size}${override}${registers}${mod === 0 ? '' : signed(mod === 1 ? reader.signedByte() : reader.double() | 0)}`
}

/** Bytes that an operand word asks for. */
function operandBytes(word: string, operandSize: number): number {
  const size = word.slice(-1)
  return size === 'b' ? 1 : size === 'w' ? 2 : size === 'd' ? 4 : operandSize
}

const register = (number: number, size: number): string => REGISTERS[size === 1 ? 'b' : size === 2 ? 'w' : 'd'][number]!

/** Text of one operand; reads its immediate bytes. */
export function operandText(word: string, d: Decoding): string {
  const { reader, form } = d
  // A selector may be named by the whole register.
  const size = form.operands[0] === 'Sw' ? d.operandSize : operandBytes(word, d.operandSize)
  const last = form.bytes.at(-1)!
  switch (word.charAt(0)) {
    case 'E': case 'M': case 'R': return rm(d, size)
    case 'G': return register((d.modrm >> 3) & 7, size)
    case 'Z': return register(last & 7, size)
    case 'A': return register(0, size)
    case 'S': return REGISTERS.segment[(d.modrm >> 3) & 7]!
    case 'I': return immediate(word, d)
    case 'J': return target(word, d)
    case 'O': return absolute(d)
    case 'P': {
      const offset = reader.sized(d.operandSize)
      return `${foreignSize(d)}${hex(reader.word())}:${hex(offset)}`
    }
    case '1': return '1'
    default:
      if (word === 'Cd') return `cr${(d.modrm >> 3) & 7}`
      if (word === 'Dd') return `dr${(d.modrm >> 3) & 7}`
      return word.toLowerCase()
  }
}

/** `word ` or `dword ` where the operand size is not the segment's own. */
const foreignSize = (d: Decoding): string => (d.operandSize * 8 === d.bits ? '' : `${keyword(d.operandSize)} `)

const BARE = new Set(['sgdt', 'sidt', 'lgdt', 'lidt', 'smsw', 'lmsw', 'invlpg', 'sldt', 'str', 'lldt', 'ltr', 'verr', 'verw', 'lar', 'lsl', 'arpl', 'vmxon', 'vmclear', 'vmptrld', 'vmptrst', 'invept', 'invvpid'])

function rm(d: Decoding, size: number): string {
  const { form, memory } = d
  if (memory === null) return register(d.modrm & 7, size)
  return `${memorySize(form, d, size)}${memory}`
}

/** The size keyword in front of a memory operand: only where no register says it. */
function memorySize(form: Form, d: Decoding, size: number): string {
  const { mnemonic, handler, operands } = form.opcode
  if (handler === 'jmpFarIndirect' || handler === 'callFarIndirect') return `${foreignSize(d)}far `
  if (handler === 'jmpIndirect' || handler === 'callIndirect') return foreignSize(d)
  if (mnemonic === 'cmpxchg8b') return 'qword '
  if (mnemonic === 'ud1' || mnemonic === 'vmread' || mnemonic === 'vmwrite') return `${keyword(size)} `
  if (mnemonic === 'movzx' || mnemonic === 'movsx') return d.operandSize === 4 ? `${keyword(size)} ` : ''
  return BARE.has(mnemonic) || handler === 'setcc' || /\b[GS]/.test(operands) ? '' : `${keyword(size)} `
}

const SHIFTED = /^(?:ro[lr]|rc[lr]|sh[lr]|sar|bt[src]?)$/

function immediate(word: string, d: Decoding): string {
  const { mnemonic } = d.form.opcode
  if (word === 'Is') return `byte ${signed(d.reader.signedByte())}`
  if (word === 'Ib') return `${SHIFTED.test(mnemonic) ? 'byte ' : ''}${hex(d.reader.byte())}`
  if (word === 'Iw') return hex(d.reader.word())
  const named = mnemonic === 'imul' || mnemonic === 'push'
  return `${named ? `${keyword(d.operandSize)} ` : ''}${hex(d.reader.sized(d.operandSize))}`
}

/** Addresses wrap at the operand's size; short jumps keep the segment's. */
function target(word: string, d: Decoding): string {
  const { reader } = d
  const short = word === 'Jb'
  const by = short ? reader.signedByte() : d.operandSize === 2 ? reader.signedWord() : reader.double() | 0
  const wide = short ? d.bits === 32 : d.operandSize === 4
  const to = (d.address + reader.at + by) & (wide ? -1 : 0xffff)
  const { mnemonic } = d.form.opcode
  const conditional = mnemonic !== 'jmp' && mnemonic !== 'call'
  const size = short ? (mnemonic === 'jmp' ? 'short ' : '') : foreignSize(d) || (conditional ? 'near ' : '')
  return `${size}${hex(to >>> 0)}`
}

function absolute(d: Decoding): string {
  const offset = d.addressSize === 2 ? d.reader.word() : d.reader.double()
  const size = d.addressSize * 8 === d.bits ? '' : `${keyword(d.addressSize)} `
  const override = d.segment === '' ? '' : `${d.segment}:`
  d.segment = ''
  return `[${override}${size}${hex(offset)}]`
}
