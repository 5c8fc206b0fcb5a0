import type { Cpu } from '../cpu.ts'
import { ENTRY_MOMENT, FLAGS, IF, INTR, SHADOW, WINDOW } from '../layout.ts'
import { ACKNOWLEDGE_ON_EXIT, EXTERNAL_INTERRUPT_EXITING, INTERRUPT_WINDOW_EXITING, MONITOR_TRAP_FLAG } from './capabilities.ts'
import { VALID } from './check-controls.ts'
import { EXIT_CONTROLS, EXIT_INTERRUPTION, PIN_CONTROLS, PRIMARY_CONTROLS } from './encodings.ts'
import { noteExit } from './exit.ts'
import { REASON } from './reasons.ts'
import { lowWord } from './state.ts'
import { readField, writeField } from './vmcs.ts'

/** Between two instructions of a guest. */

/** Whether an interrupt leaves the guest, and so does not ask for IF. */
export const interruptsExit = (c: Cpu): boolean => (readField(c, PIN_CONTROLS) & EXTERNAL_INTERRUPT_EXITING) !== 0

/** Whether the next instruction must come alone. What opens the interrupt window asks for attention itself, but a shadow ends in silence. */
export const isWatched = (c: Cpu): boolean => (readField(c, PRIMARY_CONTROLS) & MONITOR_TRAP_FLAG) !== 0 || (c.s[WINDOW] !== 0 && c.s[SHADOW] !== 0)

/** Whether the guest is left here; if so, the VMCS tells why. Order: SDM 3A table 6-2, 3C 26.2. */
export function exitsHere(c: Cpu): boolean {
  const { s } = c
  const primary = readField(c, PRIMARY_CONTROLS)
  if ((primary & MONITOR_TRAP_FLAG) !== 0 && s[ENTRY_MOMENT] !== lowWord(c.moment)) {
    noteExit(c, REASON.monitorTrapFlag, 0)
    return true
  }
  if (s[SHADOW] !== 0) return false
  if ((primary & INTERRUPT_WINDOW_EXITING) !== 0 && (s[FLAGS]! & IF) !== 0) {
    noteExit(c, REASON.interruptWindow, 0)
    return true
  }
  if (s[INTR] === 0 || !interruptsExit(c)) return false
  noteExit(c, REASON.externalInterrupt, 0)
  if ((readField(c, EXIT_CONTROLS) & ACKNOWLEDGE_ON_EXIT) !== 0) writeField(c, EXIT_INTERRUPTION, VALID | c.acknowledge())
  return true
}
