import type { PokePlace } from '../../../protocol/comparison.ts'
import { Failure } from '../../base/failure.ts'
import type { Machine } from '../board/machine.ts'
import { setArithmetic } from '../cpu/flags.ts'
import { ATTENTION, DF, EAX, EBP, EBX, ECX, EDI, EDX, EIP, ESI, ESP, FLAGS, ID, IF, NON_ROOT, VMX_MODE } from '../cpu/layout.ts'
import { peekTranslate } from '../inspect/peek.ts'
import { gpa } from '../memory/addresses.ts'

const PLACES = { eax: EAX, ecx: ECX, edx: EDX, ebx: EBX, esp: ESP, ebp: EBP, esi: ESI, edi: EDI, eip: EIP } as const
/** Flags beside the six of arithmetic that may be changed from outside: none that would need a check of the ring or a look around. */
const OTHERS = DF | IF | ID
const WORD = 4

/** Throws a `Failure` where there is nothing that could be changed. */
export function checkPoke({ cpu, memory }: Machine, place: PokePlace): void {
  if ('register' in place) return
  const physical = peekTranslate(cpu, place.address)
  if (physical === null || (place.address & 0xfff) > 0x1000 - WORD || physical + WORD > memory.size || !memory.isRam(gpa(physical))) {
    throw new Failure('invalid', `There is no doubleword of memory at 0x${place.address.toString(16)}.`, 'It has to lie in one page that is mapped now.')
  }
}

/** Somebody changes a register or a doubleword of memory, at the present moment, as a debugger would. */
export function poke(machine: Machine, place: PokePlace, value: number): void {
  const { cpu, memory } = machine
  if ('address' in place) {
    const bytes = new Uint8Array(WORD)
    new DataView(bytes.buffer).setUint32(0, value, true)
    return memory.copyIn(gpa(peekTranslate(cpu, place.address)!), bytes)
  }
  const { s } = cpu
  setRegister(s, place.register, value)
  // A guest in non-root operation has its registers in the physical processor as well, until it is left.
  const inside = machine.executor.physical.s
  if (inside !== s && inside[VMX_MODE] === NON_ROOT) setRegister(inside, place.register, value)
}

function setRegister(s: Int32Array, register: keyof typeof PLACES | 'eflags', value: number): void {
  if (register !== 'eflags') {
    s[PLACES[register]] = value | 0
    return
  }
  setArithmetic(s, value)
  s[FLAGS] = (s[FLAGS]! & ~OTHERS) | (value & OTHERS)
  // An interrupt may be due now.
  s[ATTENTION] = 1
}
