import type { Evidence } from '../../../protocol/classifier.ts'
import { disassemble } from '../../machine/assembler/disassemble.ts'
import type { Opcode } from '../../machine/cpu/opcode.ts'
import { bytesOf, type Form, formsOf, INPUTS, type Input } from './forms.ts'
import { configurationChange, type Difference, newOutcome, type Outcome, resultDifference } from './observe.ts'
import type { Rig } from './rig.ts'
import { ALL_VARIED, CODE, MONITOR_SETUP, type Ring, RINGS, type Setup, VARIATIONS } from './world.ts'

/** What the runs of one row of the opcode table showed, ring by ring. */
export interface Findings {
  readonly completes: boolean[]
  /** Faults where ring 0 completed, by ring; in ring 0 all. */
  readonly faults: Set<string>[]
  readonly differs: boolean[]
  /** Completes outside ring 0 with IOPL 3; with CR4.TSD clear. */
  opensWithIopl: boolean
  opensWithoutTsd: boolean
  control: Evidence | null
  mode: Evidence | null
  location: Evidence | null
  /** Control or location, seen in ring 3. */
  user: Evidence | null
}

const VARIED: readonly { readonly name: string; readonly setup: Setup }[] = VARIATIONS.map(({ name, change }) => ({ name, setup: { ...MONITOR_SETUP, ...change } }))
const WITH_IOPL: Setup = { ...MONITOR_SETUP, iopl: 3 }
const WITHOUT_TSD: Setup = { ...MONITOR_SETUP, tsd: false }
const FAULT_NAMES: Readonly<Record<number, string>> = { 0: '#DE', 1: '#DB', 3: '#BP', 4: '#OF', 5: '#BR', 6: '#UD', 7: '#NM', 8: '#DF', 10: '#TS', 11: '#NP', 12: '#SS', 13: '#GP', 14: '#PF' }

/** One instruction with one input, and where its evidence goes. */
interface Trial {
  readonly form: Form
  readonly input: Input
  readonly code: Uint8Array
  readonly findings: Findings
}

/** Tries out all forms of an instruction on all inputs, in all rings and setups. */
export class RowTrials {
  readonly #rig: Rig
  readonly #trapped: (row: Opcode) => boolean
  readonly #plain = RINGS.map(newOutcome)
  readonly #other = newOutcome()

  /** @param trapped rows that raise #GP(0) outside ring 0 because the instruction set was changed so. */
  constructor(rig: Rig, trapped: (row: Opcode) => boolean) {
    this.#rig = rig
    this.#trapped = trapped
  }

  findings(row: Opcode): Findings {
    const findings: Findings = {
      completes: RINGS.map(() => false), faults: RINGS.map(() => new Set<string>()), differs: RINGS.map(() => false),
      opensWithIopl: false, opensWithoutTsd: false, control: null, mode: null, location: null, user: null,
    }
    for (const form of formsOf(row)) for (const input of INPUTS) this.#try({ form, input, code: bytesOf(form, input), findings })
    return findings
  }

  #try(trial: Trial): void {
    const { findings } = trial
    const [inner] = this.#plain
    for (const ring of RINGS) {
      const outcome = this.#plain[ring]!
      this.#run(trial, ring, MONITOR_SETUP, outcome)
      if (outcome.fault === null) findings.completes[ring] = true
      else if (ring === 0 || inner!.fault === null) findings.faults[ring]!.add(FAULT_NAMES[outcome.fault.vector] ?? `#${outcome.fault.vector}`)
    }
    for (const ring of [3, 1, 2, 0] as const) this.#look(trial, ring)
    if (inner!.fault !== null || !this.#plain.slice(1).some(({ fault }) => fault !== null)) return
    findings.opensWithIopl ||= this.#opens(trial, WITH_IOPL)
    findings.opensWithoutTsd ||= this.#opens(trial, WITHOUT_TSD)
  }

  /** Evidence from what completed in a ring. A trap is none: whoever is told can put things right. */
  #look(trial: Trial, ring: Ring): void {
    const { findings } = trial
    const outcome = this.#plain[ring]!
    if (outcome.fault !== null) return
    if (ring !== 0 && this.#plain[0]!.fault === null && !(findings.differs[ring] && findings.mode)) {
      const difference = resultDifference(this.#plain[0]!, outcome)
      if (difference) {
        findings.differs[ring] = true
        findings.mode ??= evidence(trial, ['ring 0', `ring ${ring}`], difference)
      }
    }
    if (!findings.control || (ring === 3 && !findings.user)) {
      const change = configurationChange(outcome)
      if (change) note(findings, ring, 'control', evidence(trial, [`ring ${ring}`], change))
    }
    // Rings 1 and 2 see the machine as ring 0 or ring 3 does; what they alone are denied, the comparison of rings has shown.
    if ((ring === 0 || ring === 3) && (!findings.location || !findings.control || (ring === 3 && !findings.user))) this.#vary(trial, ring, outcome)
  }

  /** First all variations together, which almost no instruction notices; then, which one it was. */
  #vary(trial: Trial, ring: Ring, plain: Outcome): void {
    const other = this.#other
    const { findings } = trial
    const wanted = (kind: 'control' | 'location'): boolean => !findings[kind] || (ring === 3 && !findings.user)
    const run = (setup: Setup): readonly [Difference | null, Difference | null] => {
      this.#run(trial, ring, setup, other)
      return other.fault === null ? [wanted('location') ? resultDifference(plain, other) : null, wanted('control') ? configurationChange(other) : null] : [null, null]
    }
    if (!run(ALL_VARIED).some(Boolean)) return
    for (const { name, setup } of VARIED) {
      const [difference, change] = run(setup)
      if (difference) note(findings, ring, 'location', evidence(trial, [`ring ${ring}`, `ring ${ring}, ${name}`], difference))
      if (change) note(findings, ring, 'control', evidence(trial, [`ring ${ring}, ${name}`], change))
    }
  }

  #opens(trial: Trial, setup: Setup): boolean {
    return ([1, 2, 3] as const).some((ring) => {
      this.#run(trial, ring, setup, this.#other)
      return this.#other.fault === null && this.#plain[ring]!.fault !== null
    })
  }

  #run({ form, input, code }: Trial, ring: Ring, setup: Setup, out: Outcome): void {
    if (ring !== 0 && this.#trapped(form.row)) out.fault = { vector: 13, error: 0 }
    else this.#rig.run(code, input, ring, setup, out)
  }
}

function note(findings: Findings, ring: Ring, kind: 'control' | 'location', found: Evidence): void {
  findings[kind] ??= found
  if (ring === 3) findings.user ??= found
}

function evidence({ code, input }: Trial, runs: readonly string[], { what, values }: Difference): Evidence {
  const bytes = Array.from(code, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')
  return { text: disassemble(code, CODE).text, bytes, given: input.name, runs, what, values }
}
