import { Failure } from '../../base/failure.ts'
import { assemble, type AssembleResult } from '../assembler/assemble.ts'
import type { Guest } from './guests.ts'
import { GUEST_LIBRARY } from './library.ts'

/** Assembles a program that may `%include` the app's own library by name, as the guests do. */
export function assembleProgram(source: string): AssembleResult {
  return assemble(source, { include: (name) => GUEST_LIBRARY.get(name) ?? null })
}

/** What has to be on the guest's primary master, or null where it needs no disk. */
export function guestDisk(guest: Guest): Uint8Array | null {
  return guest.disk?.(image) ?? null
}

function image(source: string): Uint8Array {
  const result = assembleProgram(source)
  if (!result.ok) throw new Failure('invalid', result.messages[0]?.message ?? 'This does not assemble.')
  return result.image
}
