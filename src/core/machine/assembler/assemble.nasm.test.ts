import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assemble } from './assemble.ts'
import { disassemble } from './disassemble.ts'
import { hasNasm, nasmImages } from './testing/nasm.ts'
import { program } from './testing/programs.ts'

const nasm = hasNasm()
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Where our bytes are not NASM's, or only one of the two refuses: the program's number and what each says. */
function differences(sources: readonly string[], images: readonly (Uint8Array | string)[]): string[] {
  return images.flatMap((theirs, n) => {
    const ours = assemble(sources[n]!)
    if (typeof theirs === 'string') return ours.ok ? [`${n}: only nasm refuses: ${theirs}`] : []
    if (!ours.ok) return [`${n}: only we refuse: ${ours.messages.map(({ line, message }) => `${sources[n]!.split('\n')[line - 1]}: ${message}`).join('; ')}`]
    return hex(ours.image) === hex(theirs) ? [] : [`${n}: other bytes`]
  })
}

/** The whole proof, as CI runs it, or the sample that a short run takes. */
const PROGRAMS = process.env['GLASSHOUSE_THOROUGH'] === '1' ? 2000 : 300

describe.runIf(nasm)("NASM's own bytes", () => {
  test(`of ${PROGRAMS} generated programs`, () => {
    const sources = fc.sample(program, { numRuns: PROGRAMS, seed: 3 })
    const theirs = nasmImages(sources)
    expect(theirs.filter((image) => typeof image !== 'string').length).toBeGreaterThan(PROGRAMS * 0.75)
    expect(differences(sources, theirs)).toEqual([])
  }, 600_000)

  const guests = 'resources/guests'
  const names = existsSync(guests) ? readdirSync(guests).filter((name) => name.endsWith('.asm')) : []
  test.each(names)('of %s', (name) => {
    const read = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null)
    const source = read(join(guests, name))!
    const ours = assemble(source, { include: (file) => read(join(guests, 'lib', file)) })
    expect(ours.messages.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(hex(ours.image)).toBe(hex(nasmImages([source], [join(process.cwd(), guests, 'lib')])[0] as Uint8Array))
  })
})

test('disassembly assembles to the same bytes', () => {
  const sources = fc.sample(program, { numRuns: 100, seed: 11 })
  const wrong = sources.flatMap((source) => {
    const { ok, image, lines, origin } = assemble(source)
    if (!ok) return []
    return [...lines.keys()].flatMap((address) => {
      const bytes = image.subarray(address - origin, address - origin + 15)
      if (bytes.length === 0) return []
      const { text, length } = disassemble(bytes, address)
      // ndisasm leaves out `short`, which a target without a label needs.
      const short = text.replace(/\b(j(?!mp|e?cxz)\w+) (0x[0-9a-f]+)$/, '$1 short $2')
      // A jump back over address 0.
      const written = short.replace(/(?<=\b(?:j|loop)\w* (?:short )?)(0xffff[0-9a-f]{4})$/, '$1 - 0x100000000')
      const again = assemble(`bits 32\norg ${address}\n${written}\n`)
      const first = hex(bytes.subarray(0, length))
      if (hex(again.image) === first) return []
      // An encoding that NASM would not choose reads as the one it would.
      const second = disassemble(again.image, address)
      const third = assemble(`bits 32\norg ${address}\n${second.text}\n`)
      return again.ok && hex(third.image) === hex(again.image) ? [] : [`${first} ${text} ${hex(again.image)} ${again.messages[0]?.message ?? ''}`]
    })
  })
  expect(wrong).toEqual([])
})
