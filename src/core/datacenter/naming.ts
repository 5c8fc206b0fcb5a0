import type { RecordId } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'

type Named = { readonly id: RecordId; readonly name: string }

/** The name asked for, if nobody else in `others` has it. */
export function claimName(wanted: string, others: readonly Named[], except?: RecordId): string {
  const taken = others.find((other) => other.id !== except && other.name.toLowerCase() === wanted.toLowerCase())
  if (taken) throw new Failure('conflict', `The name "${wanted}" is taken.`, 'Choose another name.')
  return wanted
}

/** `stem-1`, `stem-2`, …: the first that is free. */
export function freeName(stem: string, others: readonly Named[]): string {
  const taken = new Set(others.map((other) => other.name.toLowerCase()))
  for (let number = 1; ; number++) {
    const name = `${stem}-${number}`
    if (!taken.has(name.toLowerCase())) return name
  }
}

/** A sort position behind all siblings, so that nothing that is there moves. */
export function nextOrder(siblings: readonly { readonly order: number }[]): number {
  return siblings.reduce((last, sibling) => Math.max(last, sibling.order), 0) + 1
}
