import { describe, expect, test } from 'vitest'
import { translateRead, translateWrite } from '../../machine/cpu/access.ts'
import { Cpu } from '../../machine/cpu/cpu.ts'
import { FAULT } from '../../machine/cpu/fault.ts'
import { CR0, CR0_PG, CR0_WP, CR2, CR3, CR4, CR4_PSE, FAULT_ERROR } from '../../machine/cpu/layout.ts'
import { gpa } from '../../machine/memory/addresses.ts'
import { HEAD_BYTES, PAGE_SIZE, PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { Random } from '../../simulation/random.ts'
import type { GuestTranslation } from './guest-translation.ts'
import { makeTranslation } from './make-translation.ts'

const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'
const OPERATIONS = THOROUGH ? 20_000 : 2000
const GUEST_FRAMES = 64
/** Frames of the guest's: three directories, six page tables, the rest data. */
const DIRECTORIES = 3
const TABLES = 9
/** Bit of `pageKind`: writes to the page are told. */
const TOLD = 2
const PAGED = CR0_PG | CR0_WP | 0x11

type Outcome = { readonly physical: number } | { readonly error: number; readonly cr2: number }

/** An access's translation by whatever walks; a write also changes the word there. */
function access(cpu: Cpu, linear: number, write: boolean, user: boolean): Outcome {
  try {
    return { physical: (write ? translateWrite : translateRead)(cpu, linear, user) }
  } catch (thrown) {
    if (thrown !== FAULT) throw thrown
    return { error: cpu.s[FAULT_ERROR]!, cr2: cpu.s[CR2]! }
  }
}

/** A guest whose processor translates by shadow tables, beside one on bare metal. */
class Pair {
  readonly bare = new Cpu(new PhysicalMemory(GUEST_FRAMES * PAGE_SIZE))
  readonly virtual: Cpu
  readonly physical: Cpu
  readonly translation: GuestTranslation
  readonly #split: boolean

  constructor(kind: 'shadow' | 'virtual-tlb', frames: number, split: boolean) {
    const host = new PhysicalMemory((GUEST_FRAMES + frames) * PAGE_SIZE)
    this.#split = split
    this.virtual = new Cpu(new PhysicalMemory(GUEST_FRAMES * PAGE_SIZE, host), new ArrayBuffer(HEAD_BYTES))
    this.physical = new Cpu(host)
    this.physical.s[CR0] = PAGED
    this.translation = makeTranslation(kind, this.virtual, this.physical, { at: GUEST_FRAMES * PAGE_SIZE, frames, monitor: null, split })
    this.virtual.tlb.follower = this.translation
  }

  both(what: (cpu: Cpu) => void): void {
    what(this.bare)
    what(this.virtual)
  }

  flush(): void {
    this.both((cpu) => cpu.flushTlb())
  }

  /** As a monitor does it, hidden faults and all. */
  shadowed(linear: number, write: boolean, user: boolean): Outcome {
    for (let tries = 0; tries < 3; tries++) {
      this.translation.enter(user)
      this.physical.s[CR3] = this.translation.root
      const outcome = access(this.physical, linear, write, this.#split || user)
      if ('physical' in outcome) {
        if (write && (this.physical.memory.pageKind[outcome.physical >>> 12]! & TOLD) !== 0) throw new Error('A write to a traced table passed.')
        return outcome
      }
      const fault = this.translation.fault(linear, write, user)
      if (fault === 'true') return { error: this.virtual.s[FAULT_ERROR]!, cr2: this.virtual.s[CR2]! }
      if (fault !== 'hidden') {
        // The instruction on the virtual processor, whose own translations are not older than a flush.
        return access(this.virtual, linear, write, user)
      }
    }
    throw new Error('What was filled faults again.')
  }
}

const FLAGS = [1, 3, 5, 7, 7, 7, 0x27, 0x63, 0x67, 0x67, 6, 0]

function entry(random: Random, frames: number, first = 0): number {
  const large = random.below(8) === 0 ? 0x80 : 0
  return ((first + random.below(frames)) * PAGE_SIZE) | FLAGS[random.below(FLAGS.length)]! | large
}

const linearOf = (random: Random): number => ([0, 1, 2, 3, 512, 1023][random.below(6)]! << 22) | (random.below(12) << 12) | (random.below(1024) * 4)

describe.each([
  ['shadow', 400, false], ['shadow', 5, false], ['shadow', 14, true], ['virtual-tlb', 1025, false], ['virtual-tlb', 1025, true],
] as const)('%s, %i frames for tables, split: %s', (kind, frames, split) => {
  test('random tables, changes and accesses lead where they lead on bare metal, and leave the same accessed and dirty bits', () => {
    const random = new Random(`${kind} ${frames} ${split}`)
    const pair = new Pair(kind, frames, split)
    pair.both(({ s }) => void (s[CR0] = PAGED))
    const store = (at: number, value: number): void => pair.both(({ memory }) => memory.write(gpa(at), value, 4))
    const editOne = (): void => {
      const isDirectory = random.below(3) === 0
      const at = isDirectory ? random.below(DIRECTORIES) * PAGE_SIZE + [0, 1, 2, 3, 512, 1023][random.below(6)]! * 4 : random.below(TABLES) * PAGE_SIZE + random.below(12) * 4
      store(at, isDirectory ? entry(random, TABLES) : entry(random, GUEST_FRAMES + 2))
    }
    for (let n = 0; n < 200; n++) editOne()
    pair.flush()
    const seen = { pages: 0, faults: 0 }
    for (let n = 0; n < OPERATIONS; n++) {
      const kind = random.below(40)
      if (kind === 0) for (let edits = 1 + random.below(4); edits > 0; edits--) editOne()
      else if (kind === 1) pair.both(((frame) => ({ s }: Cpu) => void (s[CR3] = frame))(random.below(DIRECTORIES) * PAGE_SIZE))
      else if (kind === 2) pair.both(({ s }) => void (s[CR0]! ^= CR0_WP))
      else if (kind === 3 && random.below(4) === 0) pair.both(({ s }) => void (s[CR4]! ^= CR4_PSE))
      if (kind < 4) pair.flush()
      const [linear, write, user] = [linearOf(random), random.below(2) === 0, random.below(2) === 0]
      const outcome = access(pair.bare, linear, write, user)
      expect(pair.shadowed(linear, write, user)).toEqual(outcome)
      if ('physical' in outcome) seen.pages++
      else seen.faults++
      if (write && 'physical' in outcome && outcome.physical < GUEST_FRAMES * PAGE_SIZE) {
        const isTable = outcome.physical < TABLES * PAGE_SIZE
        store(outcome.physical, isTable ? entry(random, GUEST_FRAMES) : n)
        if (isTable) pair.flush()
      }
    }
    expect(pair.virtual.memory.bytes.every((byte, at) => byte === pair.bare.memory.bytes[at])).toBe(true)
    expect(seen.pages).toBeGreaterThan(OPERATIONS / 20)
    expect(seen.faults).toBeGreaterThan(OPERATIONS / 20)
  }, 120_000)
})
