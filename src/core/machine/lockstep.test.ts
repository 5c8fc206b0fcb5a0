import { describe, expect, test } from 'vitest'
import { assemble } from './assembler/assemble.ts'
import { hasTool, nasm } from './guests/testing/real-tools.ts'
import { RUNS } from './guests/testing/runs.ts'
import { follow } from './testing/lockstep/follow.ts'
import { makeImageSource } from './testing/lockstep/programs.ts'
import { startQemu } from './testing/lockstep/qemu-log.ts'

/** The whole proof, as CI runs it, instead of the sample that a short run takes. */
const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'
/** Instructions of a guest that are compared; the longer ones repeat themselves. */
const MOST = THOROUGH ? 60_000 : 4_000
/** From there on it reads what its loader left in memory, and loaders differ. */
const BEFORE_BOOT_INFORMATION = 3000
/** 500 programs in all, when thorough. */
const IMAGES = THOROUGH ? 10 : 1
const PROGRAMS = 50
const STATEMENTS = 20

describe.runIf(hasTool('nasm') && hasTool('qemu-system-i386'))('every instruction does in QEMU what it does here', () => {
  test.each(RUNS.filter((_, n) => THOROUGH || n % 3 === 0).map((run) => [run.golden, run] as const))('%s', async (_, { guest, disk, memoryMiB, commandLine, until, inputs = [] }) => {
    const keys = inputs.flatMap(({ key }) => (key ? [key.name] : []))
    const typed = inputs.map(({ type }) => type ?? '').join('')
    const run = { image: nasm(guest), disk: disk?.(nasm) ?? null, ...(memoryMiB && { memoryMiB }), ...(commandLine && { commandLine }) }
    const qemu = startQemu({ ...run, ...(keys.length > 0 && { keys }), ...(typed && { typed }) })
    const { compared, end, difference } = await follow({ ...run, most: guest === 'boot-vm' ? BEFORE_BOOT_INFORMATION : MOST, waits: keys.length > 0 }, qemu)
    expect(difference).toBeUndefined()
    // To the guest's own end, or as far as wanted; only where a disk is as fast as the host's may an interrupt come where it cannot be followed.
    expect([...(keys.length > 0 ? ['waiting'] : []), ...(until ? ['dead'] : []), ...(disk ? ['repetition'] : []), 'log', 'most']).toContain(end)
    expect(compared).toBeGreaterThan(100)
  }, 120_000)
})

describe.runIf(hasTool('qemu-system-i386'))('random programs for ring 0, with paging and interrupts', () => {
  test.each(Array.from({ length: IMAGES }, (_, at) => `ring0-${at}`))('%s', async (seed) => {
    const { ok, image, messages, symbols } = assemble(makeImageSource(seed, PROGRAMS, STATEMENTS))
    expect(messages).toEqual([])
    expect(ok).toBe(true)
    const { lastEip, interrupts, end, difference } = await follow({ image, most: Infinity }, startQemu({ image }))
    expect(difference).toBeUndefined()
    expect(end).toBe('log')
    expect(lastEip).toBe(symbols.get('last'))
    expect(interrupts).toBeGreaterThan(0)
  }, 120_000)
})
