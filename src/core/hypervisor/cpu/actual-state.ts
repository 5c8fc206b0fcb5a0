import type { CpuState, SegmentState } from '../../../protocol/machine.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { CPL, CS, DS, ES, FS, GS, IF, IOPL_SHIFT, SS } from '../../machine/cpu/layout.ts'
import { dplOf } from '../../machine/cpu/segments.ts'
import { cpuState } from '../../machine/inspect/cpu-state.ts'
import { compress, fenced } from './shadow-descriptors.ts'

const IOPL = 3 << IOPL_SHIFT
const DPL_BITS = 0x60

/**
 * The physical processor as `WorldSwitch.enter` makes it for the guest's next instruction: registers are the guest's, rings compressed, segments fenced, IF set and
 * IOPL 0; control and table registers are the monitor's.
 */
export function deprivilegedState(virtual: Cpu, physical: Cpu, kernelRing: 1 | 3): CpuState {
  const guest = cpuState(virtual)
  const own = cpuState(physical)
  const ring = compress(virtual.s[CPL]!, kernelRing)
  const segment = (n: number, state: SegmentState): SegmentState => {
    const limit = fenced(virtual.bases[n]!, virtual.limits[n]!, virtual.rights[n]!)
    const selector = n === CS || n === SS ? (state.selector & ~3) | ring : state.selector
    if (limit === null) return { selector, base: state.base, limit: 0, access: 0 }
    return { selector, base: state.base, limit: limit >>> 0, access: (state.access & ~DPL_BITS) | (compress(dplOf(virtual.rights[n]!), kernelRing) << 5) }
  }
  return {
    ...guest, eflags: ((guest.eflags & ~IOPL) | IF) >>> 0, cpl: ring, halted: false,
    cs: segment(CS, guest.cs), ss: segment(SS, guest.ss), ds: segment(DS, guest.ds), es: segment(ES, guest.es), fs: segment(FS, guest.fs), gs: segment(GS, guest.gs),
    cr0: own.cr0, cr2: own.cr2, cr3: own.cr3, cr4: own.cr4, gdtr: own.gdtr, idtr: own.idtr, ldtr: own.ldtr, tr: own.tr,
  }
}
