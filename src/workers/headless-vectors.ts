import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Failure } from '../core/base/failure.ts'
import { runVectors, type VectorReport } from '../core/machine/vectors/run-vectors.ts'
import { parseVectors } from '../core/machine/vectors/vector.ts'

export interface VectorsParams {
  /** JSON lines, plain or packed by gzip. */
  readonly file: string
  /** Failing cases to describe. */
  readonly show: number
}

/** Runs a file of recorded instructions on the simulated processor. */
export async function runVectorFile({ file, show }: VectorsParams): Promise<VectorReport> {
  return runVectors(parseVectors(text(file)), show)
}

function text(file: string): string {
  try {
    const bytes = readFileSync(file)
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch (error) {
    throw new Failure('file', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
