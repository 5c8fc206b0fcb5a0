import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { PAGE_FAULT } from '../machine/cpu/fault.ts'
import { IF, RF } from '../machine/cpu/layout.ts'
import { type Outcome, VectorRig } from '../machine/vectors/rig.ts'
import { runVectors } from '../machine/vectors/run-vectors.ts'
import { parseVectors, type Vector } from '../machine/vectors/vector.ts'
import { Random } from '../simulation/random.ts'
import { sharedPath } from '../testing/shared-data.ts'
import { FENCE } from './monitor/layout.ts'
import { binaryTranslation } from './techniques/binary-translation/binary-translation.ts'
import { hardwareAssist } from './techniques/hardware-assist.ts'
import { trapAndEmulate } from './techniques/trap-and-emulate.ts'
import { guestHost, portedHost } from './testing/vector-hosts.ts'

const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'
/** All of them, or every seventy-first. */
const STEP = THOROUGH ? 1 : 71
const PROGRAMS = THOROUGH ? 3000 : 60
const PARAVIRTUAL = 'paravirtualization'
const MOST_INSTRUCTIONS = 24
/** Classes that may lead anywhere. */
const TRANSFERS = /^(?:jmp|jcc|jecxz|loop|call|ret|int|priv|ud)/

const recorded = sharedPath('x86-tests', 'ring3-a.jsonl.gz')

describe.runIf(recorded)('a program in ring 3 of a guest does what it did on hardware', () => {
  const vectors = recorded ? parseVectors(gunzipSync(readFileSync(recorded)).toString('utf8')).filter((_, n) => n % STEP === 0) : []

  const straight = vectors.filter(({ c }) => !TRANSFERS.test(c))
  /** So many instructions one behind the other, from the state before the first. */
  const program = (random: Random): Vector => {
    const parts = Array.from({ length: 2 + random.below(MOST_INSTRUCTIONS) }, () => straight[random.below(straight.length)]!)
    return { ...parts[0]!, b: parts.map(({ b }) => b).join('') }
  }

  /** RF and IF of a frame are between the kernel and the monitor, and whether the kernel has pages of its own at an address is its affair. */
  const seen = ({ exception, flags, ...rest }: Outcome, bytes: string): unknown =>
    exception ? { ...rest, flags: flags & ~(RF | IF), ...exception, error: exception.error & ~(exception.vector === PAGE_FAULT ? 1 : 0), bytes } : { ...rest, flags, bytes }

  test.each([
    ['trap and emulate, the kernel in ring 1', () => guestHost(trapAndEmulate({ kernelRing: 1 }))],
    ['trap and emulate, the kernel in ring 3', () => guestHost(trapAndEmulate({ kernelRing: 3 }))],
    ['binary translation', () => guestHost(binaryTranslation())],
    ['hardware assist', () => guestHost(hardwareAssist())],
    [PARAVIRTUAL, portedHost],
  ])('under %s', (name, makeHost) => {
    const rig = new VectorRig(makeHost())
    const { passed, failures } = runVectors(vectors, 5, rig)
    expect(failures).toEqual([])
    expect(passed).toBe(vectors.length)

    const random = new Random(name)
    const bare = new VectorRig()
    for (let n = 0; n < PROGRAMS; n++) {
      const vector = program(random)
      const expected = bare.execute(vector)
      // Where it cannot reach in a ported guest: its segments end there, and it gets a general protection fault.
      if (name === PARAVIRTUAL && (expected.exception?.cr2 ?? 0) > FENCE) continue
      expect(seen(rig.execute(vector), vector.b)).toEqual(seen(expected, vector.b))
      expect(Buffer.compare(rig.data, bare.data)).toBe(0)
    }
  }, 900_000)
})
