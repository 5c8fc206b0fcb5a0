import { type FailureCell, type FailureRow, type PlaceName, PLACES } from '../../../protocol/classifier.ts'

const NAMES: Readonly<Record<PlaceName, string>> = {
  'native': 'bare metal',
  'trap-and-emulate-1': 'trap and emulate, ring 1',
  'trap-and-emulate-3': 'trap and emulate, ring 3',
  'binary-translation': 'binary translation',
  'hardware-assist': 'hardware assist',
  'paravirtual': 'paravirtual',
}
const GAP = 2

/** What fails where, as text: a table of all, then what was wrong, value by value. */
export function failuresText(rows: readonly FailureRow[]): string {
  const first = Math.max(...rows.map(({ key }) => key.length)) + GAP
  const line = (name: string, cells: readonly string[]): string => `${name.padEnd(first)}${cells.map((cell, i) => cell.padEnd(NAMES[PLACES[i]!].length + GAP)).join('')}`.trimEnd()
  const table = [line('', PLACES.map((place) => NAMES[place])), ...rows.map(({ key, cells }) => line(key, cells.map(({ outcome }) => outcome)))]
  const details = rows.map(({ key, cells }) => [key, ...cells.filter(({ outcome }) => outcome !== 'right').flatMap(cellLines)].join('\n'))
  return `${[table.join('\n'), ...details].join('\n\n')}\n`
}

function cellLines({ place, checks, fault }: FailureCell): readonly string[] {
  const wrong = checks.filter(({ got, expected }) => got !== expected).map(({ what, got, expected }) => `    ${what}: got ${got}, expected ${expected}`)
  return [`  ${NAMES[place]}`, ...wrong, ...(fault === null ? [] : [`    ${fault}`])]
}
