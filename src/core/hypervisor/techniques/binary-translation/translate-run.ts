import { disassemble } from '../../../machine/assembler/disassemble.ts'
import type { Opcode } from '../../../machine/cpu/opcode.ts'
import { BEFORE_TABLE, LOOKUP_TABLE, SAVED_ECX, TARGET, VIRTUAL_IF } from './cache-layout.ts'
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

export interface RunRequest {
  readonly id: number
  readonly cpl: number
  readonly pc: number
  readonly page: number
  /** Offset in the cache. */
  readonly at: number
  /** The guest's, from `pc` to the end of the page at most. */
  readonly bytes: Uint8Array
  /** Whether a unit that begins here is translated already. */
  readonly known: (pc: number) => boolean
}

const DIRECT: ReadonlySet<Way> = new Set(['jump', 'condition', 'near-loop', 'call'])

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

  constructor(request: RunRequest) {
    this.#request = request
    this.#out = new Emitter(request.at)
    this.#pc = request.pc
  }

  translate(): { readonly run: Run; readonly code: Uint8Array } {
    let ended = false
    while (!ended && this.#units.length < MOST_UNITS && this.#left.length > 0 && !this.#isKnown(this.#pc)) ended = this.#unit()
    if (!ended) this.#seam()
    for (const { displacement, target } of this.#stubs) this.#stub(displacement, target)
    const { id, cpl, pc, page, at } = this.#request
    const run: Run = {
      id, cpl, page, pc, end: this.#pc, at, atEnd: this.#out.at, units: this.#units, instructions: this.#instructions, points: this.#points, links: this.#links,
    }
    return { run, code: Uint8Array.from(this.#out.bytes) }
  }

  get #left(): Uint8Array {
    return this.#request.bytes.subarray(this.#pc - this.#request.pc)
  }

  #isKnown(pc: number): boolean {
    return this.#request.known(pc) || this.#units.some((unit) => unit.pc === pc)
  }

  /** One translation unit; true: nothing falls through to what lies behind it. */
  #unit(): boolean {
    const unit = { pc: this.#pc, at: this.#out.at, first: this.#instructions.length, count: 0 }
    this.#units.push(unit)
    let ended = false
    while (!ended && unit.count < MOST_INSTRUCTIONS && this.#left.length > 0) {
      const bytes = this.#left.subarray(0, LONGEST)
      const { length, entry } = disassemble(bytes, this.#pc)
      const way = wayOf(bytes, entry, this.#request.cpl)
      this.#instruction(bytes.subarray(0, length), entry, way)
      unit.count++
      ended = endsRun(way, entry)
      if (way === 'condition' || way === 'near-loop') break
    }
    return ended
  }

  #instruction(bytes: Uint8Array, entry: Opcode | null, way: Way): void {
    const { at } = this.#out
    const pc = this.#pc
    this.#pc += bytes.length
    const how = this.#emit(pc, bytes, way)
    this.#instructions.push({ pc, length: bytes.length, at, end: this.#out.at, how, ident: how === 'copy', successor: DIRECT.has(how) ? this.#targetOf(bytes) : null, mnemonic: entry?.mnemonic ?? 'unknown' })
  }

  /** The way it was really done. */
  #emit(pc: number, bytes: Uint8Array, way: Way): Way {
    const out = this.#out
    switch (way) {
      case 'copy': this.#mark(pc); out.put(...bytes); break
      case 'clear-interrupts': this.#mark(pc); out.put(0x65, 0xc6, 0x05); out.word(VIRTUAL_IF); out.put(0); break
      case 'jump': this.#jumpSite(pc, out.at, 0, this.#targetOf(bytes)); break
      case 'condition': this.#condition(pc, bytes); break
      case 'near-loop': if (!this.#nearLoop(pc, bytes)) return this.#callOut(pc); break
      case 'call': this.#call(pc, this.#targetOf(bytes)); break
      case 'return': this.#indirect(pc, [0x8b, 0x0c, 0x24], way, bytes); break
      case 'indirect-jump': case 'indirect-call': this.#indirect(pc, loadOperand(bytes), way, bytes); break
      case 'call-out': case 'selector': return this.#callOut(pc)
    }
    return way
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
    return (this.#pc + distance) >>> 0
  }

  #condition(pc: number, bytes: Uint8Array): void {
    const at = prefixLength(bytes)
    const condition = (bytes[at] === 0x0f ? bytes[at + 1]! : bytes[at]!) & 15
    this.#mark(pc)
    this.#out.put(0x0f, 0x80 | condition)
    this.#stubs.push({ displacement: this.#out.at, target: this.#targetOf(bytes) })
    this.#out.word(0)
  }

  /** `loop` and `jecxz` reach 128 bytes only: they stay what they are where the target's translation in this run is so near. */
  #nearLoop(pc: number, bytes: Uint8Array): boolean {
    const target = this.#targetOf(bytes)
    const unit = this.#units.find((one) => one.pc === target)
    const distance = unit ? unit.at - (this.#out.at + 2) : 0
    if (!unit || distance < -128) return false
    this.#mark(pc)
    this.#out.put(bytes[prefixLength(bytes)]!, distance & 0xff)
    return true
  }

  #call(pc: number, target: number): void {
    const out = this.#out
    const start = out.at
    this.#mark(pc)
    let done = 0
    emitBooking(out, CALL_EXTRA, () => {
      done++
      this.#point(pc, start, done < 3 ? done : done - CALL_EXTRA, done < 3)
    })
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
