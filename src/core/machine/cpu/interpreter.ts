import type { Cpu } from './cpu.ts'
import { DB, DOUBLE_FAULT, FAULT, GP, PAGE_FAULT, TS } from './fault.ts'
import { interrupt } from './interrupts.ts'
import {
  ABANDONED, ATTENTION, BEFORE_EXCEPTION, DR0, EIP, ENTRY_EVENT, FAULT_ERROR, FAULT_VECTOR, FLAGS, HALTED, IF, INTR, LAST_SHADOW, LAST_SHADOW_MOMENT, NON_ROOT, RF, SHADOW, START, TF, VECTORING, VMX_MODE,
} from './layout.ts'
import type { Cause } from './observer.ts'
import { book, one } from './one.ts'
import { slice } from './slice.ts'
import { exitsHere, interruptsExit, isWatched } from './vmx/boundary.ts'
import { EXTERNAL, HARDWARE_EXCEPTION } from './vmx/check-controls.ts'
import { exceptionExits, leaveGuest, noteExit, noteVectoring, VM_EXIT } from './vmx/exit.ts'
import { type EntryEvent, entryEvent, informationOf } from './vmx/inject.ts'
import { REASON } from './vmx/reasons.ts'
import { lowWord } from './vmx/state.ts'

/** Why `run` came back: the count is reached; `hlt` waits for an interrupt; a fault could not even be reported (triple fault); a guest was left for a host outside (`Cpu.vmx`). */
export type Stop = 'limit' | 'halt' | 'shutdown' | 'vm-exit'

const MOST_AT_ONCE = 1 << 30
/** BS of DR6. */
const SINGLE_STEP = 0x4000

/** Runs at most `count` instructions and deliveries, exactly so many unless `stopBy` shortens it. A faulting instruction is not counted; its delivery is. */
export function run(c: Cpu, count: number): Stop {
  c.stopAt = c.moment + count
  while (c.moment < c.stopAt) {
    if (c.s[ATTENTION] !== 0) {
      const stop = lookAround(c)
      if (stop) return stop
      if (c.moment >= c.stopAt) break
    }
    const each = c.observer?.each ?? null
    if (each) {
      each()
      if (c.moment >= c.stopAt) break
    }
    const completed = some(c, Math.min(c.stopAt - c.moment, MOST_AT_ONCE), each)
    if (!completed || c.s[ABANDONED] !== 0) {
      const stop = completed ? endAbandoned(c) : endFaulting(c)
      if (stop) return stop
    }
  }
  return c.s[HALTED] === 0 ? 'limit' : 'halt'
}

/** At least one instruction and at most `most`; false: a fault, of the instruction at START. */
function some(c: Cpu, most: number, each: (() => void) | null): boolean {
  const flags = c.s[FLAGS]!
  if ((flags & TF) === 0 && c.flat && (c.ring === null || (flags & RF) === 0)) {
    c.s[FLAGS] = flags & ~RF
    return slice(c, c.s[ATTENTION] === 0 ? most : 1, each)
  }
  return plain(c)
}

/** One instruction, by its handler. */
function plain(c: Cpu): boolean {
  const flags = c.s[FLAGS]!
  c.ring?.take()
  c.s[FLAGS] = flags & ~RF
  c.traps = true
  return one(c) && ((flags & TF) === 0 || !c.traps || trap(c))
}

/** Exactly one instruction, or the delivery of the one fault it raises, without the loop of slice.ts: for a processor on which a monitor emulates. */
export function interpret(c: Cpu): 'completed' | 'fault' | 'shutdown' {
  if (plain(c)) {
    if (c.s[ABANDONED] === 0) return 'completed'
    takeBack(c)
  }
  return deliverFault(c) ? 'fault' : 'shutdown'
}

/** The single-step trap after an instruction that began with TF = 1: not restarted, so START moves on. */
function trap(c: Cpu): false {
  const { s } = c
  s[START] = s[EIP]!
  s[FAULT_VECTOR] = DB
  s[FAULT_ERROR] = -1
  s[BEFORE_EXCEPTION] = s[DR0 + 6]!
  s[DR0 + 6]! |= SINGLE_STEP
  return false
}

/** Exactly one instruction, or the delivery of the one fault it raises; no interrupts. */
export function step(c: Cpu): 'completed' | 'fault' | 'shutdown' {
  if (some(c, 1, null)) {
    if (c.s[ABANDONED] === 0) return 'completed'
    return endAbandoned(c) === 'shutdown' ? 'shutdown' : 'fault'
  }
  return deliverFault(c) ? 'fault' : 'shutdown'
}

/**
 * Between two instructions: shadow of `sti`, halt, interrupts, and what a guest is left for; why nothing runs, or null. Leaves ATTENTION set only where the
 * next instruction must come alone.
 */
export function lookAround(c: Cpu): Stop | null {
  const { s } = c
  s[ATTENTION] = 0
  const guest = s[VMX_MODE] === NON_ROOT
  if (guest) {
    if (s[ENTRY_EVENT] !== 0) return inject(c, entryEvent(c))
    if (exitsHere(c)) {
      s[START] = s[EIP]!
      return leave(c)
    }
    if (isWatched(c)) s[ATTENTION] = 1
  }
  const wanted = s[INTR] !== 0 && ((s[FLAGS]! & IF) !== 0 || (guest && interruptsExit(c)))
  if (s[SHADOW] !== 0) {
    s[LAST_SHADOW] = s[SHADOW]!
    s[LAST_SHADOW_MOMENT] = lowWord(c.moment)
    s[SHADOW] = 0
    if (wanted) s[ATTENTION] = 1
  } else if (wanted) {
    const stop = takeInterrupt(c, guest)
    if (stop) return stop
  }
  return s[HALTED] === 0 ? null : 'halt'
}

function takeInterrupt(c: Cpu, guest: boolean): Stop | null {
  const { s } = c
  const watched = s[ATTENTION]!
  s[HALTED] = 0
  s[START] = s[EIP]!
  const vector = c.acknowledge()
  if (guest) noteVectoring(c, informationOf(EXTERNAL, vector, -1), 0, 0)
  if (attempt(c, vector, -1, 'interrupt', false)) {
    c.deliveries++
    s[VECTORING] = 0
  } else {
    const stop = endFaulting(c)
    if (stop) return stop
  }
  s[ATTENTION] = guest && s[VMX_MODE] !== NON_ROOT ? 1 : watched
  return null
}

/** Delivers; true unless that raised a fault. */
function attempt(c: Cpu, vector: number, error: number, cause: Cause, resume: boolean): boolean {
  try {
    interrupt(c, vector, error, cause, resume)
    return true
  } catch (thrown) {
    if (thrown !== FAULT) throw thrown
    return false
  }
}

/** Vectors that make a double fault of a second one (SDM 3A table 6-5). */
const contributory = (vector: number): boolean => vector === 0 || (vector >= TS && vector <= GP)

/** Delivers the fault in the state block, raised by the instruction at START; a fault on the way becomes a double fault, and one more ends in false: shut down. */
export const deliverFault = (c: Cpu): boolean => endFaulting(c) !== 'shutdown'

/** Delivers the fault in the state block, or leaves the guest for it or for the VM exit that is noted there. */
function endFaulting(c: Cpu): Stop | null {
  const { s } = c
  const vector = s[FAULT_VECTOR]!
  const error = s[FAULT_ERROR]!
  if (vector === VM_EXIT || (s[VMX_MODE] === NON_ROOT && exceptionExits(c, vector, error))) return leave(c)
  s[EIP] = s[START]!
  // The single-step trap belongs to the instruction before it, which was counted.
  return deliver(c, { cause: 'fault', type: HARDWARE_EXCEPTION, vector, error, resume: vector !== DB, length: 0 }, vector === DB ? 0 : 1)
}

/** Through the IDT, with `counted` deliveries; they are taken back where the guest is left on the way. */
function deliver(c: Cpu, event: EntryEvent, counted: number): Stop | null {
  const { s } = c
  const guest = s[VMX_MODE] === NON_ROOT
  let { cause, type, vector, error, resume } = event
  c.deliveries += counted
  for (;;) {
    if (guest) noteVectoring(c, informationOf(type, vector, error), Math.max(error, 0), event.length)
    if (attempt(c, vector, error, cause, resume)) break
    const second = s[FAULT_VECTOR]!
    const left = second === VM_EXIT || (guest && exceptionExits(c, second, s[FAULT_ERROR]!))
    if (!left) s[VECTORING] = 0
    const shutdown = !left && vector === DOUBLE_FAULT
    if (shutdown && !guest) return 'shutdown'
    if (shutdown) noteExit(c, REASON.tripleFault, 0)
    const double = vector === PAGE_FAULT ? contributory(second) || second === PAGE_FAULT : contributory(vector) && contributory(second)
    if (left || shutdown || (double && guest && exceptionExits(c, DOUBLE_FAULT, 0))) {
      // A shutdown ends the delivery: a host outside finds it counted.
      if (!shutdown || !c.vmx.outside) c.deliveries -= counted
      return leave(c)
    }
    s[EIP] = s[START]!
    cause = 'fault'
    type = HARDWARE_EXCEPTION
    vector = double ? DOUBLE_FAULT : second
    error = double ? 0 : s[FAULT_ERROR]!
    resume = vector !== DB && vector !== DOUBLE_FAULT
  }
  s[VECTORING] = 0
  return null
}

/** Delivers the event that a VM entry brought. */
function inject(c: Cpu, event: EntryEvent): Stop | null {
  const { s } = c
  s[ENTRY_EVENT] = s[HALTED] = 0
  s[START] = s[EIP]!
  // What `int n` pushes is the address behind it.
  s[EIP] = (s[EIP]! + event.length) | 0
  const stop = deliver(c, event, event.cause === 'fault' && event.vector === DB ? 0 : 1)
  s[ATTENTION] = 1
  return stop
}

/** Of an instruction that was counted, but has changed nothing: whether it ends in a VM exit, and not in a fault. */
function takeBack(c: Cpu): boolean {
  const abandoned = c.s[ABANDONED]!
  c.instructions--
  c.counts[c.side + Math.abs(abandoned) - 1]! -= 1
  c.s[ABANDONED] = 0
  return abandoned > 0
}

/** The VM exit, or the fault, of such an instruction. */
function endAbandoned(c: Cpu): Stop | null {
  return takeBack(c) ? leave(c) : endFaulting(c)
}

/** The VM exit itself: a step of its own where the host is a program of this processor. */
function leave(c: Cpu): Stop | null {
  leaveGuest(c)
  if (c.vmx.outside) return 'vm-exit'
  c.deliveries++
  book(c, 0)
  return null
}
