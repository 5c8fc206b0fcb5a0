import * as v from 'valibot'

/** Version of the file format. A newer one is refused; older ones are read. */
export const FORMAT = 1

const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

/** `manifest.json`, the first file of a project. */
export const manifestSchema = v.object({
  format: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** Version of the app that wrote it. */
  app: v.pipe(v.string(), v.maxLength(40)),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  seed: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  simTime: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Number and hash of the journal's last entry. */
  lastSeq: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  head: digest,
  /** What the session's state hash is after the replay. */
  stateHash: digest,
  /** SHA-256 of `state.cbor`. */
  records: digest,
})

export type Manifest = v.InferOutput<typeof manifestSchema>
