/** What kind of refusal or failure it is; the message says the rest. */
export type ErrorCode =
  | 'invalid' // the request itself makes no sense
  | 'not-found'
  | 'conflict' // the object is in a state in which this cannot be done
  | 'refused' // the simulated product refuses, as the real one does
  | 'capacity' // more is asked than there is
  | 'limit' // a limit that protects the app was reached
  | 'unsupported' // the real thing can, Glasshouse cannot yet
  | 'cancelled'
  | 'file' // a file cannot be read, written or understood
  | 'internal' // a bug of Glasshouse

/** What went wrong (in the words of the simulated tool, where there is one) and what to do about it. */
export interface ErrorInfo {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}
