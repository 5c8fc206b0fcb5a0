import { disassemble } from '../../../machine/assembler/disassemble.ts'
import type { Opcode } from '../../../machine/cpu/opcode.ts'
import { BEFORE_TABLE, CONTROL_WRITES, LOOKUP_TABLE, PORT_READS, PORT_VALUE, SAVED_ECX, TARGET, VIRTUAL_CR2, VIRTUAL_IF } from './cache-layout.ts'
import { endsRun, prefixLength, wayOf } from './choose.ts'
import { emitBooking, Emitter, INT3 } from './emitter.ts'
import type { Way } from './rules.ts'
import type { Link, Point, Run, Service, TranslatedInstruction, Unit } from './run-record.ts'

/** Instructions of a translation unit (Adams and Agesen 3.2), and units that are laid behind one another. */
const MOST_INSTRUCTIONS = 12
const MOST_UNITS = 8
/** No run is longer, in bytes of the cache. */
export const MOST_RUN_BYTES = MOST_UNITS * MOST_INSTRUCTIONS * 64 + 256
const LONGEST = 15
/** `xchg`, `lea`, `xchg`, `push`, `jmp` in place of `call`; the same without `push` in place of nothing, where a run joins another. */
const CALL_EXTRA = 4
const SEAM_EXTRA = 4
/** The booking, the loop instruction itself and a jump. */
const LOOP_EXTRA = 4
/** Two bookings in front of the instruction itself. */
const BOOKING_INSTRUCTIONS = 3
const COUNTED_EXTRA = 2 * BOOKING_INSTRUCTIONS
/** Room for `jmp` with a displacement of 32 bits. */
const JUMP_BYTES = 5

export interface RunRequest {
  readonly id: number
  readonly cpl: number
  readonly pc: number
  readonly page: number
  /** Offset in the cache. */
  readonly at: number
  /** The guest's page. */
  readonly bytes: Uint8Array
}

const DIRECT: ReadonlySet<Way> = new Set(['jump', 'condition', 'near-loop', 'call'])
const FLOW: ReadonlySet<Way> = new Set([...DIRECT, 'return', 'indirect-jump', 'indirect-call'])

/** One run under translation. */
class RunTranslator {
  readonly #request: RunRequest
  readonly #out: Emitter
  readonly #points: Point[] = []
  readonly #links: Link[] = []
  readonly #instructions: TranslatedInstruction[] = []
  readonly #units: Unit[] = []
  /** Conditional jumps whose stubs are still to be written: place of the displacement, target. */
  readonly #stubs: { readonly displacement: number; readonly target: number }[] = []
  #pc: number
  /** Behind the instruction that is being translated. */
  #next = 0
  /** The unit under way. */
  #present = { pc: 0, at: 0 }

  constructor(request: RunRequest) {
    this.#request = request
    this.#out = new Emitter(request.at)
    this.#pc = request.pc
  }

  translate(): { readonly run: Run; readonly code: Uint8Array } {
    let ended = false
    while (!ended && this.#units.length < MOST_UNITS && this.#isInPage(this.#pc)) ended = this.#unit()
    if (!ended) this.#seam()
    for (const { displacement, target } of this.#stubs) this.#stub(displacement, target)
    const { id, cpl, pc, page, at } = this.#request
    const run: Run = {
      id, cpl, page, pc, seam: ended ? null : this.#pc, at, atEnd: this.#out.at, units: this.#units, instructions: this.#instructions, points: this.#points, links: this.#links,
    }
    return { run, code: Uint8Array.from(this.#out.bytes) }
  }

  #isInPage(pc: number): boolean {
    return pc >>> 12 === this.#request.pc >>> 12
  }

  /** One translation unit; true: nothing falls through to what lies behind it. */
  #unit(): boolean {
    const [pc, at, first] = [this.#pc, this.#out.at, this.#instructions.length]
    this.#present = { pc, at }
    let ended = false
    let way: Way = 'copy'
    while (!ended && !FLOW.has(way) && this.#instructions.length - first < MOST_INSTRUCTIONS && this.#isInPage(this.#pc)) {
      const from = this.#pc & 0xfff
      const bytes = this.#request.bytes.subarray(from, from + LONGEST)
      const { length, entry } = disassemble(bytes, this.#pc)
      way = wayOf(bytes, entry, this.#request.cpl)
      const inlined = this.#instruction(bytes.subarray(0, length), entry, way)
      ended = endsRun(way, entry) && !inlined
    }
    this.#units.push({ pc, end: this.#next, at, first, count: this.#instructions.length - first })
    return ended
  }

  /** True: a call whose target's translation follows right behind. */
  #instruction(bytes: Uint8Array, entry: Opcode | null, way: Way): boolean {
    const { at } = this.#out
    const pc = this.#pc
    this.#next = this.#pc = pc + bytes.length
    const how = this.#emit(pc, bytes, way)
    this.#instructions.push({ pc, length: bytes.length, at, end: this.#out.at, how, ident: how === 'copy', successor: DIRECT.has(how) ? this.#targetOf(bytes) : null, mnemonic: entry?.mnemonic ?? 'unknown' })
    return this.#pc !== this.#next
  }

  /** The way it was really done. */
  #emit(pc: number, bytes: Uint8Array, way: Way): Way {
    const out = this.#out
    switch (way) {
      case 'copy': this.#mark(pc); out.put(...bytes); break
      case 'clear-interrupts': this.#mark(pc); out.put(0x65, 0xc6, 0x05); out.word(VIRTUAL_IF); out.put(0); break
      case 'control-write': this.#counted(pc, CONTROL_WRITES, [0x65, 0x89, ((bytes[2]! & 7) << 3) | 5], VIRTUAL_CR2); break
      case 'port-read': this.#counted(pc, PORT_READS, [0x65, 0xa0], PORT_VALUE); break
      case 'jump': this.#jumpSite(pc, out.at, 0, this.#targetOf(bytes)); break
      case 'condition': this.#condition(pc, bytes); break
      case 'near-loop': this.#nearLoop(pc, bytes); break
      case 'call': this.#call(pc, this.#targetOf(bytes)); break
      case 'return': this.#indirect(pc, [0x8b, 0x0c, 0x24], way, bytes); break
      case 'indirect-jump': case 'indirect-call': this.#indirect(pc, loadOperand(bytes), way, bytes); break
      case 'call-out': case 'selector': return this.#callOut(pc)
    }
    return way
  }

  /** One instruction on a word of the monitor's data, counted in another one. */
  #counted(pc: number, counter: number, code: readonly number[], word: number): void {
    const start = this.#out.at
    this.#booked(pc, COUNTED_EXTRA)
    let done = COUNTED_EXTRA - BOOKING_INSTRUCTIONS
    emitBooking(this.#out, 1, () => {
      done++
      this.#point(pc, start, done - COUNTED_EXTRA, done < COUNTED_EXTRA)
    }, counter)
    this.#out.put(...code)
    this.#out.word(word)
  }

  #callOut(pc: number): Way {
    this.#mark(pc, { service: 'call-out' })
    this.#out.put(INT3)
    return 'call-out'
  }

  /** Target of a relative branch, which has just been read. */
  #targetOf(bytes: Uint8Array): number {
    const at = bytes.length
    const first = bytes[prefixLength(bytes)]!
    const near = first === 0xe8 || first === 0xe9 || first === 0x0f
    const distance = near ? bytes[at - 4]! | (bytes[at - 3]! << 8) | (bytes[at - 2]! << 16) | (bytes[at - 1]! << 24) : (bytes[at - 1]! << 24) >> 24
    return (this.#next + distance) >>> 0
  }

  #condition(pc: number, bytes: Uint8Array): void {
    const at = prefixLength(bytes)
    const condition = (bytes[at] === 0x0f ? bytes[at + 1]! : bytes[at]!) & 15
    this.#mark(pc)
    this.#out.put(0x0f, 0x80 | condition)
    this.#stubs.push({ displacement: this.#out.at, target: this.#targetOf(bytes) })
    this.#out.word(0)
  }

  /** `loop` and `jecxz` reach 128 bytes only: to a unit of this run, or to a jump of their own. */
  #nearLoop(pc: number, bytes: Uint8Array): void {
    const out = this.#out
    const opcode = bytes[prefixLength(bytes)]!
    const target = this.#targetOf(bytes)
    const at = [this.#present, ...this.#units].find((unit) => unit.pc === target)?.at
    const distance = at === undefined ? -Infinity : at - (out.at + 2)
    if (distance >= -128) {
      this.#mark(pc)
      out.put(opcode, distance & 0xff)
      return
    }
    this.#booked(pc, LOOP_EXTRA)
    out.put(opcode, 2)
    // Both ways take one jump more.
    this.#point(this.#pc, -1, 4 - LOOP_EXTRA - 1, false)
    out.put(0xeb, JUMP_BYTES)
    this.#jumpSite(target, -1, 4 - LOOP_EXTRA - 1, target)
  }

  /** Books extra instructions in front of a sequence. */
  #booked(pc: number, extra: number): void {
    const start = this.#out.at
    this.#mark(pc)
    let done = 0
    emitBooking(this.#out, extra, () => {
      done++
      this.#point(pc, start, done < 3 ? done : done - extra, done < 3)
    })
  }

  #call(pc: number, target: number): void {
    const out = this.#out
    if (this.#units.length < MOST_UNITS - 1 && this.#isInPage(target) && target !== this.#next && this.#present.pc !== target && !this.#units.some((unit) => unit.pc === target)) {
      this.#mark(pc)
      out.put(0x68)
      out.word(this.#next)
      this.#pc = target
      return
    }
    this.#booked(pc, CALL_EXTRA)
    out.put(0x68)
    out.word(this.#pc)
    this.#jumpSite(target, -1, 4 - CALL_EXTRA - 1, target)
  }

  /** ECX gets the target, the address behind is pushed or popped, the table leads to the target's translation. */
  #indirect(pc: number, load: readonly number[], way: Way, bytes: Uint8Array): void {
    const out = this.#out
    const start = out.at
    this.#mark(pc)
    out.store(SAVED_ECX)
    this.#point(pc, start, 1, false)
    out.put(...load)
    this.#point(pc, start, 2, true)
    if (way === 'indirect-call') {
      out.put(0x68)
      out.word(this.#pc)
    } else if (way === 'indirect-jump') out.put(0x90)
    else {
      out.put(0x8d, 0xa4, 0x24)
      out.word(4 + (bytes.at(prefixLength(bytes)) === 0xc2 ? bytes.at(-2)! | (bytes.at(-1)! << 8) : 0))
    }
    this.#point(pc, start, 3, true)
    out.store(TARGET)
    this.#point(pc, start, 4, true)
    out.put(0x0f, 0xb6, 0xc9)
    this.#point(pc, start, BEFORE_TABLE - 1, true)
    out.put(0x65, 0xff, 0x24, 0x8d)
    out.word(LOOKUP_TABLE)
  }

  /** Where the run goes over into another one, or into a page that is not looked at yet. */
  #seam(): void {
    const start = this.#out.at
    const pc = this.#pc >>> 0
    this.#point(pc, start, 0, false)
    let done = 0
    emitBooking(this.#out, SEAM_EXTRA, () => {
      done++
      if (done < 3) this.#point(pc, start, done, true)
    })
    this.#jumpSite(pc, -1, 3 - SEAM_EXTRA, pc)
  }

  /** An `int3` that becomes a jump. */
  #jumpSite(pc: number, start: number, pending: number, target: number): void {
    const site = this.#out.at
    this.#points.push({ at: site, pc, start, pending, torn: false, service: 'link', instruction: start < 0 ? -1 : this.#instructions.length, target, heat: 0 })
    this.#links.push({ site, displacement: -1, target, to: -1 })
    this.#out.put(INT3, 0x90, 0x90, 0x90, 0x90)
  }

  #stub(displacement: number, target: number): void {
    const site = this.#out.at
    const place = displacement - this.#request.at
    const distance = site - displacement - 4
    for (let i = 0; i < 4; i++) this.#out.bytes[place + i] = (distance >>> (8 * i)) & 0xff
    this.#points.push({ at: site, pc: target, start: site, pending: 0, torn: false, service: 'link', instruction: -1, target, heat: 0 })
    this.#links.push({ site, displacement, target, to: -1 })
    this.#out.put(INT3)
  }

  #mark(pc: number, { service = null }: { readonly service?: Service | null } = {}): void {
    const { at } = this.#out
    this.#points.push({ at, pc, start: at, pending: 0, torn: false, service, instruction: this.#instructions.length, target: 0, heat: 0 })
  }

  #point(pc: number, start: number, pending: number, torn: boolean): void {
    this.#points.push({ at: this.#out.at, pc, start, pending, torn, service: null, instruction: this.#instructions.length, target: 0, heat: 0 })
  }
}

/** `mov ecx, r/m` out of `call r/m` or `jmp r/m`. */
function loadOperand(bytes: Uint8Array): readonly number[] {
  const at = prefixLength(bytes)
  return [...bytes.subarray(0, at), 0x8b, (bytes[at + 1]! & 0xc7) | 8, ...bytes.subarray(at + 2)]
}

/** Translates from a guest address on. */
export const translateRun = (request: RunRequest): { readonly run: Run; readonly code: Uint8Array } => new RunTranslator(request).translate()
