import { FORMS, type Form, isTwin, NASM_CONDITION } from './forms.ts'

/** An operand of a template: an operand word of the opcode table, with its size in bytes (0: none). */
export interface Slot {
  readonly word: string
  readonly size: number
}

/** One way to write an instruction: a form at one operand size. */
export interface Template {
  readonly form: Form
  /** Bytes; 0: the prefix 0x66 is never its own. */
  readonly operandSize: 0 | 2 | 4
  readonly slots: readonly Slot[]
  /** Prefix that belongs to the mnemonic (`pause`). */
  readonly prefix: number
  /** Address size that the mnemonic says (`jcxz`); 0: none. */
  readonly addressSize: 0 | 2 | 4
  /** Without a size in the operands it has the segment's own. */
  readonly ownSize: boolean
  /** A memory operand needs no size: a register has one, or there is only one. */
  readonly freeMemory: boolean
  /** Immediate byte that is not written (`aam`); -1: none. */
  readonly implied: number
  /** NASM's order of trying. */
  readonly rank: number
}

const RANKS: readonly (readonly [RegExp, number])[] = [
  [/\bO[bv]\b/, 5], [/^Zv Av$|^Av Zv$|^Zv$/, 5], [/ 1$/, 6], [/^Jb$/, 6], [/ CL$/, 7], [/^E. G.$/, 10], [/^G. E.$/, 20], [/Is$/, 30], [/^A. I.$/, 40], [/^Z. I.$/, 45], [/^I.$/, 46],
]
const rankOf = (words: readonly string[]): number => RANKS.find(([pattern]) => pattern.test(words.join(' ')))?.[1] ?? 50

const SIZE_OF: Readonly<Record<string, number>> = { b: 1, w: 2, d: 4 }

/** Operand words whose size stands for itself. */
function slotOf(word: string, operandSize: number): Slot {
  if (/^(?:CL|DX|1|[a-z]s)$/.test(word)) return { word, size: 0 }
  if (word === 'Is' || word === 'Jb') return { word, size: word === 'Is' ? operandSize : 0 }
  return { word, size: SIZE_OF[word.slice(-1)] ?? operandSize }
}

const NO_SIZE = /^(?:[sl][gi]dt|invlpg|cmpxchg8b|vm\w+)$/
const OWN_SIZE = /^(?:jmp|call|jcc|jmpFar|callFar|jmpFarIndirect|callFarIndirect|jmpIndirect|callIndirect|pushImmediate)$/
const FREE = /^(?:lar|lsl|lldt|ltr|verr|verw|lmsw|arpl|sgdt|sidt|lgdt|lidt|invlpg|cmpxchg8b|vm(?:xon|clear|ptrld|ptrst)|lea|bound|l[defgs]s)$/

function template(form: Form, operandSize: 0 | 2 | 4, words: readonly string[], extra: Partial<Template> = {}): Template {
  const { mnemonic, handler } = form.opcode
  const registers = words.some((word) => /^[GZAR]/.test(word)) && mnemonic !== 'movzx' && mnemonic !== 'movsx'
  const free = registers || FREE.test(mnemonic) || handler === 'setcc' || words.includes('Sw') || (/^mov[sz]xByte$/.test(handler) && operandSize === 2)
  return {
    form, operandSize, slots: words.map((word) => slotOf(word, operandSize)), prefix: form.prefix, addressSize: 0, ownSize: OWN_SIZE.test(handler), freeMemory: free, implied: -1,
    rank: rankOf(words), ...extra,
  }
}

/** The templates of one row with the names they have. */
function* rowTemplates(form: Form): Generator<readonly [string, Template]> {
  const { mnemonic, operands, handler, code } = form.opcode
  const words = handler === 'loadFar' ? form.operands.slice(0, 2) : form.operands
  if (operands === 'b') yield [`${mnemonic}b`, template(form, 0, [])]
  else if (operands === 'v' || mnemonic === 'cbw' || mnemonic === 'cwd') {
    const names = { cbw: ['cbw', 'cwde'], cwd: ['cwd', 'cdq'] }[mnemonic] ?? [`${mnemonic}w`, `${mnemonic}d`]
    yield [names[0]!, template(form, 2, [])]
    yield [names[1]!, template(form, 4, [])]
  } else if (mnemonic === 'nop' && form.modrm) yield* hints(form)
  else if (mnemonic === 'jecxz') {
    yield ['jcxz', template(form, 0, words, { addressSize: 2 })]
    yield ['jecxz', template(form, 0, words, { addressSize: 4 })]
  } else if (/^loop/.test(mnemonic)) yield* loops(form)
  else if (/^(?:smsw|sldt|str)$/.test(mnemonic)) yield* stores(mnemonic, form, 'Mw', ['Rw', 'Rd'])
  else if (handler === 'movFromSegment') yield* segmentStores(form)
  else if (handler === 'movToSegment') for (const word of ['Ew', 'Rd']) yield [mnemonic, template(form, 0, ['Sw', word])]
  else if (mnemonic === 'lar' || mnemonic === 'lsl') {
    for (const size of [2, 4] as const) for (const word of ['Ew', 'Rd']) yield [mnemonic, template(form, size, ['Gv', word])]
  } else yield* plain(form, words)
  if (code === 'd4' || code === 'd5') yield [mnemonic, template(form, 0, [], { implied: 10 })]
}

function* plain(form: Form, words: readonly string[]): Generator<readonly [string, Template]> {
  const { mnemonic, handler, code } = form.opcode
  const sized = words.some((word) => word.endsWith('v') || word === 'Is') && !NO_SIZE.test(mnemonic)
  const only32 = mnemonic === 'bswap' || /^mov[sz]xWord$/.test(handler)
  for (const size of sized ? ([2, 4] as const) : ([0] as const)) {
    if (size === 2 && only32) continue
    yield [mnemonic, template(form, size, words, mnemonic === 'xchg' && form.modrm ? { rank: 25 } : {})]
    if (mnemonic === 'test' && /^E. G.$/.test(words.join(' '))) yield [mnemonic, template(form, size, [...words].reverse())]
    if (mnemonic === 'xchg') yield [mnemonic, template(form, size, [...words].reverse())]
    if (mnemonic === 'imul' && words.length === 3) yield [mnemonic, template(form, size, [words[0]!, words[2]!], { rank: rankOf(words) })]
  }
  if (code === '6a') yield [mnemonic, template(form, 0, ['Ib'], { rank: 29, ownSize: false })]
  if (/^(?:pusha|popa|pushf|popf|iret|ret|retf)$/.test(mnemonic)) {
    // NASM leaves out the prefix where `retw` has a count.
    yield [`${mnemonic}w`, template(form, code === 'c2' ? 0 : 2, words)]
    yield [`${mnemonic}d`, template(form, 4, words)]
  }
  if (code === '90') {
    for (const size of [2, 4] as const) yield ['xchg', template(form, size, ['Zv', 'Av'])]
    yield ['pause', template(form, 0, [], { prefix: 0xf3 })]
  }
  if (code === 'c2' || code === 'c3') {
    yield ['retn', template(form, 0, words)]
    yield ['retnw', template(form, 2, words)]
    yield ['retnd', template(form, 4, words)]
  }
}

function* stores(name: string, form: Form, memory: string, registers: readonly string[]): Generator<readonly [string, Template]> {
  yield [name, template(form, 0, [memory], { freeMemory: true })]
  for (const word of registers) yield [name, template(form, word === 'Rw' ? 2 : 4, [word])]
}

function* segmentStores(form: Form): Generator<readonly [string, Template]> {
  yield ['mov', template(form, 0, ['Mw', 'Sw'], { freeMemory: true })]
  yield ['mov', template(form, 2, ['Rw', 'Sw'])]
  yield ['mov', template(form, 4, ['Rd', 'Sw'])]
}

function* loops(form: Form): Generator<readonly [string, Template]> {
  const { mnemonic } = form.opcode
  yield [mnemonic, template(form, 0, ['Jb'])]
  yield [mnemonic, template(form, 0, ['Jb', 'CX'], { addressSize: 2 })]
  yield [mnemonic, template(form, 0, ['Jb', 'ECX'], { addressSize: 4 })]
}

/** `hint_nop0` to `hint_nop63` by code and reg field; `nop` and the prefetches are some of them. */
function* hints(form: Form): Generator<readonly [string, Template]> {
  const first = form.bytes[1]! - 0x18
  if (first < 0) return
  for (let reg = 0; reg < 8; reg++) {
    const hint = { ...form, group: reg }
    for (const size of [2, 4] as const) {
      yield [`hint_nop${first * 8 + reg}`, template(hint, size, ['Ev'])]
      if (first === 7 && reg === 0) yield ['nop', template(hint, size, ['Ev'])]
    }
    const prefetch = first === 0 ? ['nta', 't0', 't1', 't2'][reg] : undefined
    if (prefetch !== undefined) yield [`prefetch${prefetch}`, template(hint, 0, ['Mb'], { freeMemory: true })]
  }
}

const ALIASES: Readonly<Record<string, string>> = {
  sal: 'shl', loopz: 'loope', loopnz: 'loopne', xlatb: 'xlat', fwait: 'wait', icebp: 'int1', int01: 'int1', int03: 'int3', ud2a: 'ud2', ud2b: 'ud1',
}

function build(): ReadonlyMap<string, readonly Template[]> {
  const all = new Map<string, Template[]>()
  for (const form of FORMS) {
    if (isTwin(form.opcode)) continue
    for (const [name, one] of rowTemplates(form)) all.set(name, [...(all.get(name) ?? []), one])
  }
  for (const [alias, name] of Object.entries(ALIASES)) all.set(alias, all.get(name)!)
  const others: Readonly<Record<string, string>> = { b: 'nae', ae: 'nb', ne: 'nz', be: 'na', a: 'nbe', p: 'pe', np: 'po', l: 'nge', ge: 'nl', le: 'ng', g: 'nle' }
  for (const prefix of ['j', 'set', 'cmov']) {
    for (const [name, other] of [...Object.entries(NASM_CONDITION), ...Object.entries(others)]) all.set(`${prefix}${other}`, all.get(`${prefix}${name}`)!)
  }
  for (const list of all.values()) list.sort((a, b) => a.rank - b.rank)
  return all
}

/** How each mnemonic can be encoded, in the order in which NASM tries. */
export const TEMPLATES: ReadonlyMap<string, readonly Template[]> = build()
