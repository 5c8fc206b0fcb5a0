import type { ErrorInfo } from '../../../protocol/errors.ts'

/** A refusal or failure that the core explained; `info` is fit to be shown. */
export class CoreError extends Error {
  readonly info: ErrorInfo

  constructor(info: ErrorInfo) {
    super(info.message)
    this.name = 'CoreError'
    this.info = info
  }
}

/** What to show for anything that was thrown. */
export function explain(error: unknown): ErrorInfo {
  if (error instanceof CoreError) return error.info
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), hint: '' }
}
