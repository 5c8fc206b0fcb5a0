import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ClassifiedInstruction, MendName } from '../../../protocol/classifier.ts'
import { OPCODES } from '../../machine/cpu/opcodes.ts'
import { classify } from './classify.ts'
import { ENTRIES } from './seventeen-entries.ts'

const plain = classify()
const row = (encoding: string): ClassifiedInstruction => plain.rows.find((candidate) => candidate.encoding === encoding)!
const isSensitive = ({ control, mode, location }: ClassifiedInstruction): boolean => (control ?? mode ?? location) !== null

/** Nothing that could be seen: there are no caches, no counters, no x87, and outside VMX operation no VMX. */
const CACHES = ['invd', 'wbinvd']
const NOT_BUILT = /^(?:ud[12]|fpu|rdpmc|vm.*|inv(?:ept|vpid))$/

describe('the runs and the opcode table say the same', () => {
  test.each(OPCODES.map((opcode, i) => [opcode.code, opcode.mnemonic, opcode, plain.rows[i]!] as const))('%s %s', (_code, mnemonic, opcode, found) => {
    expect(found.kind === 'unknown').toBe(NOT_BUILT.test(mnemonic))
    if (found.kind === 'unknown') return
    expect(found.traps).toBe(opcode.privileged)
    expect(isSensitive(found)).toBe(opcode.sensitive && !CACHES.includes(mnemonic))
    expect(found.kind === 'privileged').toBe(opcode.privileged !== 'never')
    expect(found.kind === 'sensitive').toBe(opcode.sensitive && opcode.privileged === 'never')
  })
})

describe('Popek and Goldberg', () => {
  const KIN = ['les Gv Mv es', 'lds Gv Mv ds', 'lss Gv Mv ss', 'lfs Gv Mv fs', 'lgs Gv Mv gs', 'sysenter']
  const keys = ENTRIES.map(({ key }) => key)

  test('theorem 1 fails by the seventeen of Robin and Irvine, and by what is not on their list', () => {
    expect(keys).toHaveLength(17)
    expect(plain.theorem1.entries).toEqual(keys)
    expect(plain.theorem1.unlisted).toEqual(KIN)
    expect(plain.theorem1.holds).toBe(false)
  })

  test('every form of an entry violates it', () => {
    const listed = plain.rows.filter(({ entry }) => entry !== null)
    expect(listed.filter(({ kind }) => kind !== 'sensitive').map(({ name }) => name)).toEqual([])
    expect(new Set(listed.map(({ entry }) => entry)).size).toBe(17)
  })

  test('theorem 3 fails, too, though popf in ring 3 is harmless', () => {
    expect(plain.theorem3.entries).toEqual(keys.filter((key) => key !== 'popf'))
    expect(row('9d').user).toBeNull()
  })

  test('each mend takes its own away, and all together make both theorems hold', () => {
    const mended = (mend: MendName): readonly string[] => {
      const { entries } = classify({ mends: [mend] }).theorem1
      return keys.filter((key) => !entries.includes(key))
    }
    expect(mended('umip')).toEqual(['sgdt', 'sidt', 'sldt', 'smsw', 'str'])
    expect(mended('flags')).toEqual(['pushf', 'popf'])
    const seventeen = classify({ mends: ['seventeen'] })
    expect(seventeen.theorem1).toMatchObject({ holds: false, entries: [], unlisted: KIN })
    const all = classify({ mends: ['seventeen', 'kin'] })
    expect(all.theorem1).toEqual({ holds: true, violators: [], entries: [], unlisted: [] })
    expect(all.theorem3.holds).toBe(true)
    expect(all.rows.find(({ encoding }) => encoding === '0f01/0')).toMatchObject({ kind: 'privileged', traps: 'ring0', byRing: ['runs', '#GP', '#GP', '#GP'] })
  })
})

describe('evidence', () => {
  test.each([
    ['0f01/0', 'location', { text: 'sgdt [dword 0x6000]', runs: ['ring 3', 'ring 3, GDT elsewhere'], what: 'memory at 6000', values: ['100000FF', '110000FF'] }],
    ['0f01/4', 'location', { runs: ['ring 3', 'ring 3, other control registers'], what: 'EAX' }],
    ['9d', 'mode', { text: 'popf', runs: ['ring 0', 'ring 3'], what: 'IF', values: ['0', '1'] }],
    ['9d', 'control', { runs: ['ring 0'], what: 'IF', values: ['1', '0'] }],
    ['9c', 'location', { runs: ['ring 3', 'ring 3, interrupts closed'] }],
    ['0f00/4', 'mode', { given: 'code of ring 0', what: 'ZF', values: ['1', '0'] }],
    ['0fa0', 'mode', { what: 'memory at 617C', values: ['10', '43'] }],
    ['fb', 'control', { runs: ['ring 0, interrupts closed'], what: 'IF', values: ['0', '1'] }],
    ['0f01/7', 'control', { what: 'TLB' }],
    ['0f31', 'location', { runs: ['ring 0', 'ring 0, a later time'] }],
    ['0f34', 'user', { runs: ['ring 3'], what: 'CPL', values: ['3', '0'] }],
  ] as const)('%s: %s', (encoding, kind, expected) => {
    expect(row(encoding)[kind]).toMatchObject(expected)
  })

  test('an instruction is judged the same, whatever was tried before it', () => {
    const some = OPCODES.filter(({ sensitive }) => sensitive).reverse()
    const again = classify({ rows: some }).rows
    expect(again).toEqual(some.map(({ code }) => row(code)))
  })
})

/** Trials of the guest `rings` whose first instruction decides, in the machine's plainest configuration; and the row that each is a form of. */
const TRIALS: Readonly<Record<string, string>> = {
  'hlt': 'f4', 'lgdt': '0f01/2', 'lidt': '0f01/3', 'lldt': '0f00/2', 'ltr, then str': '0f00/3', 'lmsw': '0f01/6', 'clts': '0f06', 'mov eax, cr0': '0f20', 'mov eax, cr2': '0f20', 'mov eax, cr3': '0f20', 'mov eax, cr4': '0f20',
  'mov cr0, eax': '0f22', 'mov cr2, eax': '0f22', 'mov cr3, eax': '0f22', 'mov cr4, eax': '0f22', 'mov eax, dr7': '0f21', 'mov dr7, eax': '0f23', 'invlpg': '0f01/7', 'wbinvd': '0f09', 'invd': '0f08',
  'rdmsr': '0f32', 'wrmsr': '0f30', 'sysexit': '0f35', 'rdtsc, CR4.TSD = 1': '0f31', 'cli, IOPL 0: IF after it': 'fa', 'sti, IOPL 0': 'fb', 'in al, 61h, IOPL 0': 'e4', 'in al, dx: past the bitmap': 'ec',
  'out 80h, al, IOPL 0': 'e6', 'insb': '6c', 'outsb': '6e', 'pushf': '9c', 'popf with IF 0: IF after it': '9d', 'iret with IF 0: IF after it': 'cf', 'sgdt: limit': '0f01/0', 'sidt: limit': '0f01/1', 'sldt': '0f00/0', 'str': '0f00/1', 'smsw': '0f01/4',
  'mov ax, cs': '8c', 'push ss': '16', 'lar of ring 0 code': '0f02', 'lar of ring 3 code': '0f02', 'lsl of the TSS': '0f03', 'verr of ring 0 data': '0f00/4', 'verw of ring 1 data': '0f00/5', 'verw of ring 3 data': '0f00/5', 'arpl with own CS': '63', 'cpuid': '0fa2',
  'mov ds, ring 0 data': '8e', 'mov ds, ring 1 data': '8e', 'mov ds, ring 3 data': '8e', 'mov ds, null': '8e', 'mov ss, ring 3 data': '8e', 'pop es, ring 0 data': '07',
  'int n, gate for all': 'cd', 'int n, gate for ring 0': 'cd', 'int3, gate for all': 'cc', 'call far, gate for all': '9a', 'call far, gate for ring 0': '9a', 'call far, ring 0 code': '9a', 'call far, conforming code': '9a',
  'jmp far, ring 0 code': 'ea', 'retf into ring 3': 'cb', 'retf into ring 0': 'cb', 'iret into ring 3': 'cf', 'iret into ring 0': 'cf', 'sysenter': '0f34', 'ud2': '0f0b',
}

describe('the guest `rings` in the genuine QEMU saw the same', () => {
  const golden = readFileSync(new URL('../../machine/guests/golden/rings.serial.txt', import.meta.url), 'utf8').split('\n')
  const cells = new Map(golden.filter((line) => line.length > 40).map((line) => [line.slice(0, 29).trim(), line.slice(29).trim().split(/ +/)]))

  test.each(Object.entries(TRIALS))('%s', (trial, encoding) => {
    const seen = cells.get(trial)!
    expect(seen).toHaveLength(4)
    const { byRing } = row(encoding)
    seen.forEach((cell, ring) => {
      const fault = /^#\w+/.exec(cell)?.[0]
      const ranWhereRing0Did = !fault && !seen[0]!.startsWith('#')
      if (fault && (ring === 0 || !seen[0]!.startsWith('#'))) expect(ring === 0 && byRing[0] === 'runs' ? fault : byRing[ring]).toContain(fault)
      if (!fault) expect(byRing[ring]).toMatch(/^(?:runs|differs)/)
      // What a ring read of itself (its CS in `arpl`) is what the trial gave the instruction, not what the instruction saw.
      if (ranWhereRing0Did && cell !== seen[0] && encoding !== '63') expect(byRing[ring]).toMatch(/^differs/)
    })
  })

  test('with a trial of every entry', () => {
    const tried = new Set(Object.values(TRIALS).map((encoding) => row(encoding).entry))
    expect(ENTRIES.filter(({ key }) => !tried.has(key))).toEqual([])
  })
})
