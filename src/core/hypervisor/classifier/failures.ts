import { type FailureCell, type FailureCheck, type FailureRow, type PlaceName, PLACES, type SensitiveGuest } from '../../../protocol/classifier.ts'
import { decodeUtf8 } from '../../base/bytes.ts'
import { assemble } from '../../machine/assembler/assemble.ts'
import type { MonitorPlan } from '../../machine/board/executor.ts'
import { Machine } from '../../machine/board/machine.ts'
import { GUEST_LIBRARY } from '../../machine/guests/library.ts'
import { monitorOf } from '../techniques/technique.ts'
import { SEVENTEEN } from './seventeen.ts'

const MEMORY_MIB = 8
/** A guest that has not ended by then never does: the longest takes a tenth of it. */
const MOST_TICKS = 2_000_000

const PLANS: Readonly<Record<PlaceName, () => MonitorPlan | null>> = {
  'native': () => monitorOf('native'),
  'trap-and-emulate-1': () => monitorOf('trap-and-emulate', { kernelRing: 1 }),
  'trap-and-emulate-3': () => monitorOf('trap-and-emulate', { kernelRing: 3 }),
  'binary-translation': () => monitorOf('binary-translation'),
  'hardware-assist': () => monitorOf('hardware-assist'),
  'paravirtual': () => monitorOf('paravirtual'),
}

/** Runs the guest of each of the seventeen in each place and reads what it printed. The same every time; takes some seconds. */
export const failures = (): readonly FailureRow[] => SEVENTEEN.map(failuresOf)

/** One of them. */
export function failuresOf({ key, source }: SensitiveGuest): FailureRow {
  const [plain, ported] = [imageOf(source), imageOf(portedSource(source))]
  return { key, cells: PLACES.map((place) => cellOf(place, place === 'paravirtual' ? ported : plain)) }
}

function cellOf(place: PlaceName, image: Uint8Array): FailureCell {
  const monitor = PLANS[place]()
  const machine = new Machine({ memoryMiB: MEMORY_MIB, boot: { kind: 'multiboot', image }, ...(monitor && { monitor }) })
  let text = ''
  machine.onSerial = (bytes) => { text += decodeUtf8(bytes) }
  machine.run(MOST_TICKS)
  const lines = text.split(/\r?\n/)
  const checks = lines.flatMap(checkOf)
  const told = lines.map((line) => /^(fault \d+, error code [0-9A-F]+): WRONG$/.exec(line)?.[1]).find((found) => found !== undefined)
  const fault = told ?? (machine.end?.kind === 'exit' ? null : machine.end?.kind ?? 'does not end')
  return { place, outcome: fault !== null ? 'fault' : checks.every(isRight) ? 'right' : 'wrong', checks, fault }
}

const imageOf = (source: string): Uint8Array => assemble(source, { include: (name) => GUEST_LIBRARY.get(name) ?? null }).image

/** The same guest, its kernel ported in all but the instruction that it is about: an unmodified one is refused. */
export const portedSource = (source: string): string => source.replaceAll(/^(%include '(?:expect|closed))\.inc'/gm, "$1-pv.inc'")

function checkOf(line: string): readonly FailureCheck[] {
  const [, what, got, expected] = /^(.+): got ([0-9A-F]+), expected ([0-9A-F]+)(?:: WRONG)?$/.exec(line) ?? []
  return what !== undefined && got !== undefined && expected !== undefined ? [{ what, got, expected }] : []
}

const isRight = ({ got, expected }: FailureCheck): boolean => got === expected
