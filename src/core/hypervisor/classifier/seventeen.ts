import callFarSource from '../../../../resources/guests/seventeen/call-far.asm?raw'
import intNSource from '../../../../resources/guests/seventeen/int-n.asm?raw'
import jmpFarSource from '../../../../resources/guests/seventeen/jmp-far.asm?raw'
import larSource from '../../../../resources/guests/seventeen/lar.asm?raw'
import lslSource from '../../../../resources/guests/seventeen/lsl.asm?raw'
import movSegSource from '../../../../resources/guests/seventeen/mov-seg.asm?raw'
import popSegSource from '../../../../resources/guests/seventeen/pop-seg.asm?raw'
import popfSource from '../../../../resources/guests/seventeen/popf.asm?raw'
import pushSegSource from '../../../../resources/guests/seventeen/push-seg.asm?raw'
import pushfSource from '../../../../resources/guests/seventeen/pushf.asm?raw'
import retFarSource from '../../../../resources/guests/seventeen/ret-far.asm?raw'
import sgdtSource from '../../../../resources/guests/seventeen/sgdt.asm?raw'
import sidtSource from '../../../../resources/guests/seventeen/sidt.asm?raw'
import sldtSource from '../../../../resources/guests/seventeen/sldt.asm?raw'
import smswSource from '../../../../resources/guests/seventeen/smsw.asm?raw'
import strSource from '../../../../resources/guests/seventeen/str.asm?raw'
import verrVerwSource from '../../../../resources/guests/seventeen/verr-verw.asm?raw'
import type { SensitiveGuest } from '../../../protocol/classifier.ts'
import { ENTRIES } from './seventeen-entries.ts'

const GUESTS: Readonly<Record<string, Pick<SensitiveGuest, 'title' | 'source' | 'says'>>> = {
  sgdt: { title: 'Where is the GDT?', source: sgdtSource, says: 'The base and the limit of the monitor’s table come back, not those that were loaded.' },
  sidt: { title: 'Where is the IDT?', source: sidtSource, says: 'The base and the limit of the monitor’s table come back, not those that were loaded.' },
  sldt: { title: 'Which LDT is in use?', source: sldtSource, says: 'The selector that the monitor loaded comes back.' },
  smsw: { title: 'What does CR0 hold?', source: smswSource, says: 'TS is the processor’s, not the one that the kernel has set.' },
  pushf: { title: 'Are interrupts open?', source: pushfSource, says: 'After cli IF still reads as open, since the processor’s IF is the monitor’s.' },
  popf: { title: 'Close interrupts, open them again', source: popfSource, says: 'IF stays as it was: interrupts come while they should be closed.' },
  lar: { title: 'What rights has a segment?', source: larSource, says: 'The descriptor shows the ring that the kernel was moved to, or none is seen at all.' },
  lsl: { title: 'How long is a segment?', source: lslSource, says: 'The limit leaves out what the monitor keeps for itself, or none is seen at all.' },
  'verr-verw': { title: 'May a program use this segment?', source: verrVerwSource, says: 'A selector that ring 3 hands in is accepted, although it names the kernel’s own data; or the kernel’s own data is refused.' },
  'pop-seg': { title: 'Take segments back on the way out', source: popSegSource, says: 'A selector that a program handed in is accepted, although it names the kernel’s own data; or a stack of ring 0 is refused.' },
  'push-seg': { title: 'Save segments on the way in', source: pushSegSource, says: 'The low two bits of CS and SS show the ring that the kernel was moved to.' },
  'call-far': { title: 'Call another segment', source: callFarSource, says: 'CS on the stack shows the ring that the kernel was moved to; a gate for ring 0 is closed.' },
  'jmp-far': { title: 'Jump to another segment', source: jmpFarSource, says: 'A selector that a program handed in is accepted, although it names the kernel’s own code; or a gate for ring 0 is closed.' },
  'int-n': { title: 'Call through the IDT', source: intNSource, says: 'A gate for ring 0 is closed, or the frame shows the processor’s CS and IF; a monitor that closes every gate of its IDT sees the instruction trap, and can do it right.' },
  'ret-far': { title: 'Return as a frame says', source: retFarSource, says: 'IF stays as it was, without a word; or a return to ring 0 is refused.' },
  str: { title: 'Which task is this?', source: strSource, says: 'The selector that the monitor loaded comes back.' },
  'mov-seg': { title: 'Read and load segment registers', source: movSegSource, says: 'The low two bits of CS and SS show the ring that the kernel was moved to.' },
}

/** One for each entry of Robin and Irvine's list, in its order, under the name of its file in resources/guests/seventeen. It prints what it got and what bare metal gives, and ends with code 0 if all was so, 1 if not, 2 on a fault. */
export const SEVENTEEN: readonly SensitiveGuest[] = ENTRIES.map(({ key, title }) => ({ key, instruction: title, ...GUESTS[key]! }))
