import { readSystem } from './access.ts'
import type { Cpu } from './cpu.ts'
import { RETURN } from './costs/counters.ts'
import { GP, raise, UD } from './fault.ts'
import { eflags, setArithmetic } from './flags.ts'
import { pushFrame } from './interrupts.ts'
import {
  AC, ATTENTION, CHECKS, CR0, CR0_PE, CS, DF, EIP, FLAGS, ID, IDT_BASE, IDT_LIMIT, IF, IOPL_SHIFT, LIMITS, NT, RF, RIGHTS, SELECTORS, SS, TF, DS, ES, FS, GS,
} from './layout.ts'
import type { Cause } from './observer.ts'
import { moveStack, peek } from './operands.ts'

/** Real-address mode (SDM 3A 20.1): selectors are paragraphs, nothing has a privilege, interrupts go through a table of far pointers. */
export const inRealMode = (c: Cpu): boolean => (c.s[CR0]! & CR0_PE) === 0

/** Instructions that ask for descriptors do not exist in real mode. */
export function requireProtected(c: Cpu): void {
  if (inRealMode(c)) raise(c.s, UD)
}

/** A selector only moves the base: limit and rights stay as protected mode, or power-on, left them. */
export function loadParagraph(c: Cpu, segment: number, selector: number): void {
  c.selectors[segment] = selector
  c.bases[segment] = selector << 4
  c.noteFlatness()
}

/** As a PC's firmware leaves it to a boot sector: 16-bit segments of 64 KiB at paragraph 0, interrupt table at 0. */
export function enterRealMode(c: Cpu, cs: number, ip: number): void {
  const { s } = c
  s[CR0] = 0x10
  s[IDT_BASE] = 0
  s[IDT_LIMIT] = 0x3ff
  for (const segment of [ES, CS, SS, DS, FS, GS]) {
    s[LIMITS + segment] = 0xffff
    s[RIGHTS + segment] = segment === CS ? 0x9b00 : 0x9300
    // Limits must be looked at, and nothing can be stored through CS in protected mode; real mode does not mind.
    s[CHECKS + segment] = 3
    loadParagraph(c, segment, segment === CS ? cs : 0)
  }
  s[EIP] = ip
  c.setCpl(0)
  c.flushTlb()
}

/** Far `jmp` and `call`; CS's limit still counts. */
export function realTransfer(c: Cpu, selector: number, offset: number, size: number, call: boolean): void {
  const { s } = c
  const target = size === 4 ? offset : offset & 0xffff
  if (target >>> 0 > s[LIMITS + CS]! >>> 0) raise(s, GP, 0)
  if (call) pushFrame(c, [c.selectors[CS]!, s[EIP]!], 2, size)
  loadParagraph(c, CS, selector)
  s[EIP] = target
}

/** Far `ret`, and with flags `iret`. */
export function realReturn(c: Cpu, size: number, release: number, withFlags: boolean): void {
  const { s } = c
  const target = peek(c, 0, size)
  const selector = peek(c, size, size) & 0xffff
  const flags = withFlags ? peek(c, size * 2, size) : 0
  if (target >>> 0 > s[LIMITS + CS]! >>> 0) raise(s, GP, 0)
  moveStack(c, size * (withFlags ? 3 : 2) + release)
  loadParagraph(c, CS, selector)
  s[EIP] = target
  if (withFlags) {
    const mask = TF | IF | DF | NT | (3 << IOPL_SHIFT) | (size === 4 ? RF | AC | ID : 0)
    s[FLAGS] = (s[FLAGS]! & ~mask) | (flags & mask)
    setArithmetic(s, flags)
    s[ATTENTION] = 1
  }
  c.counts[RETURN]! += 1
  c.observer?.returned(0)
}

/** FLAGS, CS and IP on the stack, no error code; the table holds IP and CS. */
export function realInterrupt(c: Cpu, vector: number, cause: Cause): void {
  const { s } = c
  if (vector * 4 + 3 > s[IDT_LIMIT]!) raise(s, GP, 0)
  const entry = readSystem(c, (s[IDT_BASE]! + vector * 4) | 0, 4)
  pushFrame(c, [eflags(s), s[SELECTORS + CS]!, s[EIP]!], 3, 2)
  s[FLAGS]! &= ~(IF | TF | AC | RF)
  loadParagraph(c, CS, entry >>> 16)
  s[EIP] = entry & 0xffff
  c.countDelivery(cause, vector)
  c.observer?.delivered(cause, vector, -1, 0)
}
