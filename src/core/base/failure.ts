import type { ErrorCode, ErrorInfo } from '../../protocol/errors.ts'

/**
 * An expected refusal or failure, in the words of the tool being simulated where there is one.
 * Thrown inside the core, it leaves `Session.execute` as a plain `{code, message, hint}`; a bug is any other exception.
 */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly info: ErrorInfo

  constructor(code: ErrorCode, message: string, hint = '') {
    super(message)
    this.info = { code, message, hint }
  }
}
