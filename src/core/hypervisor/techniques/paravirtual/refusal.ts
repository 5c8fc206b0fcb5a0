/** A hypercall's arguments were refused: the guest gets the error's number, the log the reason. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: number

  /** @param code one of ERROR. */
  constructor(code: number, reason: string) {
    super(reason)
    this.code = code
  }
}

export function refuse(code: number, reason: string): never {
  throw new Refusal(code, reason)
}

export const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`
