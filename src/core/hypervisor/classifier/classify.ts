import type { Opcode } from '../../machine/cpu/opcode.ts'
import { OPCODES } from '../../machine/cpu/opcodes.ts'
import { type MendName, MENDS } from './mends.ts'
import { Rig } from './rig.ts'
import { ENTRIES, entryOf } from './seventeen-entries.ts'
import { type Evidence, type Findings, RowTrials } from './try-row.ts'
import { RINGS } from './world.ts'

export interface ClassifyOptions {
  /** Changes of the instruction set. */
  readonly mends?: readonly MendName[]
  /** Instructions to look at; default: the whole table. */
  readonly rows?: readonly Opcode[]
}

/** `privileged`: traps outside ring 0 and not in it. `sensitive`: neither privileged nor innocuous, a violator. `unknown`: completed in no run, so nothing was seen. */
export type Kind = 'innocuous' | 'privileged' | 'sensitive' | 'unknown'

/** One row of the opcode table, as the runs showed it. */
export interface ClassifiedInstruction {
  /** Mnemonic and operand words of the table. */
  readonly name: string
  readonly encoding: string
  readonly kind: Kind
  /** Outside ring 0: always; where CPL > IOPL; where CR4.TSD is set; not always; nor does it complete in ring 0. */
  readonly traps: 'ring0' | 'iopl' | 'tsd' | 'never' | 'everywhere'
  /** It changed the configuration of resources, or the mode. */
  readonly control: Evidence | null
  /** Its result depended on the ring. */
  readonly mode: Evidence | null
  /** Its result depended on what the machine's own registers and tables held, or on time. */
  readonly location: Evidence | null
  /** Control- or location-sensitive in ring 3. */
  readonly user: Evidence | null
  /** `runs`, `differs` (from ring 0), a fault, or `runs or #GP`: on some operands, where ring 0 runs, a fault. */
  readonly byRing: readonly string[]
  /** The entry of Robin and Irvine's list that it belongs to. */
  readonly entry: string | null
}

export interface TheoremResult {
  readonly holds: boolean
  /** Encodings of the rows that break it. */
  readonly violators: readonly string[]
  /** Their entries of Robin and Irvine's list, in its order, and the names of those that are not on it. */
  readonly entries: readonly string[]
  readonly unlisted: readonly string[]
}

export interface Classification {
  readonly mends: readonly MendName[]
  readonly rows: readonly ClassifiedInstruction[]
  /** Popek and Goldberg's theorem 1: sensitive ⊆ privileged; theorem 3 (hybrid monitor): user-sensitive ⊆ privileged. */
  readonly theorem1: TheoremResult
  readonly theorem3: TheoremResult
}

/**
 * Executes every instruction in every ring on the simulated processor, in machines that a monitor would leave to a deprivileged guest (IOPL 0, no port open, CR4.TSD set) and in machines
 * configured otherwise, and classifies it by what came out, after Popek and Goldberg (CACM 17(7), 1974). Nothing is asked of the opcode table but how to write an instruction.
 * A trap is no evidence of sensitivity, as the monitor gets it. The same options give the same answer. Takes about a second.
 */
export function classify({ mends = [], rows = OPCODES }: ClassifyOptions = {}): Classification {
  const changed = MENDS.filter(({ name }) => mends.includes(name))
  const trials = new RowTrials(new Rig(), (row) => changed.some(({ traps }) => traps(row)))
  const classified = rows.map((row) => classified1(row, trials.findings(row)))
  return {
    mends: changed.map(({ name }) => name), rows: classified,
    theorem1: theorem(classified, ({ control, mode, location }) => (control ?? mode ?? location) !== null),
    theorem3: theorem(classified, ({ user }) => user !== null),
  }
}

function classified1(row: Opcode, findings: Findings): ClassifiedInstruction {
  const { control, mode, location, user } = findings
  const traps = trapsWhen(findings)
  const sensitive = (control ?? mode ?? location) !== null
  return {
    name: `${row.mnemonic} ${row.operands}`.trim(), encoding: row.code, entry: entryOf(row), traps, control, mode, location, user,
    kind: traps === 'everywhere' ? 'unknown' : isPrivileged(traps) ? 'privileged' : sensitive ? 'sensitive' : 'innocuous',
    byRing: RINGS.map((ring) => cell(findings, ring)),
  }
}

function trapsWhen({ completes, opensWithIopl, opensWithoutTsd }: Findings): ClassifiedInstruction['traps'] {
  if (!completes[0]) return completes.includes(true) ? 'never' : 'everywhere'
  if (completes.includes(true, 1)) return 'never'
  return opensWithIopl ? 'iopl' : opensWithoutTsd ? 'tsd' : 'ring0'
}

const isPrivileged = (traps: ClassifiedInstruction['traps']): boolean => traps !== 'never' && traps !== 'everywhere'

function cell({ completes, faults, differs }: Findings, ring: number): string {
  const [fault] = faults[ring]!
  if (!completes[ring]) return fault ?? faults[0]!.values().next().value ?? ''
  const word = differs[ring] ? 'differs' : 'runs'
  return ring > 0 && fault !== undefined ? `${word} or ${fault}` : word
}

function theorem(rows: readonly ClassifiedInstruction[], sensitive: (row: ClassifiedInstruction) => boolean): TheoremResult {
  const violators = rows.filter((row) => sensitive(row) && !isPrivileged(row.traps))
  return {
    holds: violators.length === 0, violators: violators.map(({ encoding }) => encoding),
    entries: ENTRIES.map(({ key }) => key).filter((key) => violators.some(({ entry }) => entry === key)), unlisted: violators.filter(({ entry }) => entry === null).map(({ name }) => name),
  }
}
