import { disassemble } from '../../../machine/assembler/disassemble.ts'
import { disassembleWord } from '../riscv/disassemble.ts'
import type { Block, Leave } from './block.ts'

/** An x86 instruction in the code cache; `note` says where it leads, in the guest's terms. */
export interface HostLine { readonly address: number; readonly bytes: Uint8Array; readonly text: string; readonly note: string }

/** A guest instruction with the x86 instructions that stand for it. */
export interface GuestLine { readonly pc: number; readonly word: number; readonly text: string; readonly host: readonly HostLine[] }

/** A block with what it was made from. */
export interface BlockListing {
  readonly pc: number
  readonly address: number
  /** Counts the block's instructions, before the first. */
  readonly entry: readonly HostLine[]
  readonly lines: readonly GuestLine[]
  /** Ways out behind the last instruction. */
  readonly exits: readonly HostLine[]
}

const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const hex = (value: number): string => (value >>> 0).toString(16)

function noteOf(leave: Leave): string {
  switch (leave.kind) {
    case 'goto': return `to ${hex(leave.target)}, through the kernel`
    case 'jump-register': return 'to the address in eax, through the kernel'
    case 'system-call': return 'system call'
    case 'fence.i': return 'forget all translations'
    case 'fault': return leave.cause
    case 'budget': return 'too few instructions left'
  }
}

/** @param code the block's code as it lies in the cache now, chained; as it was made if not said. */
export function listingOf(block: Block, code: Uint8Array = block.code): BlockListing {
  const { pc, address, steps, exits, leaves } = block
  const between = (from: number, to: number): HostLine[] => {
    const lines: HostLine[] = []
    for (let at = from; at < to;) {
      const { length, text } = disassemble(code.subarray(at - address, to - address), at)
      const leave = leaves.get(at + length)
      lines.push({ address: at, bytes: code.slice(at - address, at - address + length), text, note: leave ? noteOf(leave) : '' })
      at += length
    }
    return lines
  }
  const lines = steps.map(({ pc, word, at }, i) => ({ pc, word, text: disassembleWord(word, pc), host: between(at, steps[i + 1]?.at ?? exits) }))
  return { pc, address, entry: between(address, steps[0]!.at), lines, exits: between(exits, address + code.length) }
}

/** For people: the guest's instructions at the margin, those of x86 below each. */
export function listingText({ pc, address, entry, lines, exits }: BlockListing): string {
  const host = ({ address, bytes, text, note }: HostLine): string => `    ${hex(address)}  ${hexOf(bytes).padEnd(22)}  ${`${text.padEnd(34)}${note && `; ${note}`}`.trimEnd()}`
  return [
    `block ${hex(pc)} at ${hex(address)}`,
    ...entry.map(host),
    ...lines.flatMap((line) => [`${hex(line.pc)}  ${hex(line.word).padStart(8, '0')}  ${line.text}`, ...line.host.map(host)]),
    ...(exits.length > 0 ? ['ways out', ...exits.map(host)] : []),
  ].map((line) => `${line}\n`).join('')
}
