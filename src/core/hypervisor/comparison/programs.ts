import type { LockstepGuest } from '../../../protocol/comparison.ts'
import type { TechniqueName } from '../../../protocol/machine.ts'
import { Failure } from '../../base/failure.ts'
import { programOfGuest, programOfSource } from '../../machine/desk/open-program.ts'
import type { MachineProgram } from '../../machine/desk/program.ts'
import { GUESTS } from '../../machine/guests/guests.ts'
import { SEVENTEEN } from '../classifier/seventeen.ts'
import { monitorOf } from '../techniques/technique.ts'
import type { ColumnPlan } from './column.ts'

const SENSITIVE = 'sensitive/'
/** Guests that exist twice: as they are, and ported to a hypervisor. */
const PORTED: ReadonlyMap<string, string> = new Map([['kernel', 'kernel-pv']])

/** What can be run side by side. */
export function lockstepGuests(): readonly LockstepGuest[] {
  const shown = SEVENTEEN.map(({ key, title, instruction, says }) => ({ key: SENSITIVE + key, title: `${instruction}: ${title}`, description: says, sensitive: true }))
  return [...shown, ...GUESTS.map(({ key, title, description }) => ({ key, title, description, sensitive: false }))]
}

/** The key of a guest that somebody means; one of the sensitive instructions may be called by its short name. Null: there is none. */
export function findLockstepGuest(name: string): string | null {
  return lockstepGuests().find(({ key }) => key === name || key === SENSITIVE + name)?.key ?? null
}

/** A guest under each technique; under paravirtualization its port, if there is one, of which only output and end can be compared. Throws a `Failure` for a guest that is not known. */
export function plansOfGuest(guest: string, techniques: readonly TechniqueName[]): { readonly title: string; readonly plans: readonly ColumnPlan[] } {
  const keys = techniques.map((technique) => (technique === 'paravirtual' ? (PORTED.get(guest) ?? guest) : guest))
  const programs = new Map(keys.map((key) => [key, programOf(key)]))
  const plans = techniques.map((technique, n) => planOf(programs.get(keys[n]!)!, technique, keys[n] === keys[0] ? 'state' : 'output'))
  return { title: (programs.get(guest) ?? programs.get(keys[0]!)!).title, plans }
}

/** The same program under each technique. */
export const plansOfProgram = (program: MachineProgram, techniques: readonly TechniqueName[]): readonly ColumnPlan[] => techniques.map((technique) => planOf(program, technique, 'state'))

function planOf(program: MachineProgram, technique: TechniqueName, compared: ColumnPlan['compared']): ColumnPlan {
  const monitor = monitorOf(technique)
  return { compared, technique, program: { ...program, technique, config: { ...program.config, ...(monitor && { monitor }) } } }
}

function programOf(key: string): MachineProgram {
  if (!key.startsWith(SENSITIVE)) return programOfGuest(key)
  const guest = SEVENTEEN.find((known) => SENSITIVE + known.key === key)
  if (!guest) throw new Failure('not-found', `There is no guest "${key}".`, `There are ${SEVENTEEN.map((known) => SENSITIVE + known.key).join(', ')}.`)
  return programOfSource(guest.source, guest.instruction)
}
