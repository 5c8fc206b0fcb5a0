/** Marks a switch as exhaustive: the compiler rejects a missing case, and bad data at run time throws. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}
