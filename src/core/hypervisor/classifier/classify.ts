import type { Classification, ClassifiedInstruction, MendName, TheoremResult } from '../../../protocol/classifier.ts'
import type { Opcode } from '../../machine/cpu/opcode.ts'
import { OPCODES } from '../../machine/cpu/opcodes.ts'
import { MENDS } from './mends.ts'
import { Rig } from './rig.ts'
import { ENTRIES, entryOf } from './seventeen-entries.ts'
import { type Findings, RowTrials } from './try-row.ts'
import { RINGS } from './world.ts'

export interface ClassifyOptions {
  /** Changes of the instruction set. */
  readonly mends?: readonly MendName[]
  /** Instructions to look at; default: the whole table. */
  readonly rows?: readonly Opcode[]
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
