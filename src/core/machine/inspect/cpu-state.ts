import type { CpuState, SegmentState } from '../../../protocol/machine.ts'
import type { Cpu } from '../cpu/cpu.ts'
import { eflags } from '../cpu/flags.ts'
import {
  CPL, CR0, CR2, CR3, CR4, CS, DS, EAX, EBP, EBX, ECX, EDI, EDX, EIP, ES, ESI, ESP, FS, GDT_BASE, GDT_LIMIT, GS, HALTED, IDT_BASE, IDT_LIMIT, LDTR, SS, TR,
} from '../cpu/layout.ts'

/** All registers, unsigned. */
export function cpuState(cpu: Cpu): CpuState {
  const word = (at: number): number => cpu.s[at]! >>> 0
  const segment = (n: number): SegmentState => ({ selector: cpu.selectors[n]!, base: cpu.bases[n]! >>> 0, limit: cpu.limits[n]! >>> 0, access: (cpu.rights[n]! >>> 8) & 0xff })
  return {
    eax: word(EAX), ecx: word(ECX), edx: word(EDX), ebx: word(EBX), esp: word(ESP), ebp: word(EBP), esi: word(ESI), edi: word(EDI),
    eip: word(EIP), eflags: eflags(cpu.s) >>> 0, cr0: word(CR0), cr2: word(CR2), cr3: word(CR3), cr4: word(CR4),
    cs: segment(CS), ss: segment(SS), ds: segment(DS), es: segment(ES), fs: segment(FS), gs: segment(GS), ldtr: segment(LDTR), tr: segment(TR),
    gdtr: { base: word(GDT_BASE), limit: word(GDT_LIMIT) }, idtr: { base: word(IDT_BASE), limit: word(IDT_LIMIT) }, cpl: word(CPL), halted: cpu.s[HALTED] !== 0,
  }
}
