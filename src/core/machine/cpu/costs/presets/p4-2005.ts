import { cited, type CpuPreset, derived, unconfirmed } from '../parameters.ts'

const AA = 'Adams & Agesen, ASPLOS 2006'
const FIGURE = `${AA}, figure 4 (read off, ±1 %)`
const MEASURED = `${AA}, section 6.3`
const TABLE = `${AA}, table 1`
const MEMORY = 'an order of magnitude, from memory'

/**
 * HP xw4300, Pentium 4 672 at 3.8 GHz: the machine on which Adams and Agesen compared a monitor by translation with one by VT-x of the first generation. What they measured is mostly
 * a whole operation; its parts are derived here so that the whole is theirs again (nanobenchmarks/ checks that).
 */
export const P4_2005: CpuPreset = {
  title: 'Pentium 4 672 (2005)',
  figures: {
    clock: cited(3.8, `${AA}, section 6`),
    plain: cited(1, `${MEASURED}: a store to a page-table entry on bare metal`),
    iteration: unconfirmed(1, MEMORY),
    call: derived(5, `call and ret are 11 together (${MEASURED})`),
    ret: derived(6, `call and ret are 11 together (${MEASURED})`),
    indirect: derived(34, `call and ret under translation are 51 (${MEASURED}), less the other instructions of the two sequences`),
    mul: unconfirmed(10, MEMORY),
    div: unconfirmed(60, MEMORY),
    complex: unconfirmed(4, MEMORY),
    string: unconfirmed(4, MEMORY),
    segment: unconfirmed(12, MEMORY),
    far: unconfirmed(100, MEMORY),
    flags: unconfirmed(50, MEMORY),
    interruptFlag: cited(60, `${AA}, section 3.2: cli`),
    control: cited(150, `${FIGURE}: cr8wr`),
    system: unconfirmed(150, `as a write of a control register, ${MEMORY}`),
    table: unconfirmed(20, MEMORY),
    rdtsc: unconfirmed(80, MEMORY),
    cpuid: unconfirmed(200, MEMORY),
    vmread: cited(178, TABLE),
    vmwrite: cited(171, TABLE),
    vmx: unconfirmed(200, `as vmread, ${MEMORY}`),
    gate: derived(121, `half of a system call and its return, 242 (${FIGURE})`),
    return: derived(121, `half of a system call and its return, 242 (${FIGURE})`),
    fault: derived(768, `divzero, 889 (${MEASURED}), less the return`),
    pageFault: derived(204, `pgfault, 1093, less divzero, 889 (${MEASURED})`),
    interrupt: unconfirmed(768, `as an exception, ${MEMORY}`),
    port: cited(3209, `${MEASURED}: in from port 0x80`),
    walk: unconfirmed(12, `a reference that the second-level cache answers, ${MEMORY}`),
    vmExit: cited(1931, `${TABLE}: by a page fault`),
    vmEntry: cited(2409, TABLE),
    emulate: derived(1141, `rdtsc by trap and emulate, 2030 (${AA}, section 3.3), less delivery and return, 889`),
    reflectCall: derived(165, `syscall under translation, 2308 (${FIGURE}), less delivery and return, 889, and the call-out of its iret, 1254`),
    reflect: derived(1080, `divzero under translation, 3223 (${MEASURED}), less delivery and return, 889, and the call-out of its iret, 1254`),
    tableWalk: derived(500, `pgfault under translation, 3927 (${MEASURED}), less delivery and return, 1093, the call-out of its iret, 1254, and giving it to the guest, 1080`),
    shadowFill: unconfirmed(200, MEMORY),
    tracedStore: derived(149, `ptemod under translation, 391 (${MEASURED}), less gate and return, 242`),
    interruptWork: unconfirmed(1000, MEMORY),
    device: derived(216, `in from port 0x80 under translation, which is all of it (${FIGURE})`),
    callOut: derived(1012, `rdtsc by call-out, 1254 (${AA}, section 3.3), less gate and return, 242`),
    lookUp: unconfirmed(200, MEMORY),
    translate: cited(2300, MEASURED),
    inCachePort: derived(197, `in from port 0x80 under translation, 216 (${FIGURE}), less the sequence`),
    inCacheControl: derived(16, `cr8wr under translation, 35 (${MEASURED}), less the sequence`),
    interpret: unconfirmed(200, MEMORY),
    readsPerExit: cited(10, `${AA}, section 7.1`),
    portExit: derived(9706, `in from port 0x80 under VT-x, 15826 (${MEASURED}), less exit, entry and ten VMCS reads`),
    otherExit: unconfirmed(2000, `handler of an EPT violation, ${MEMORY}`),
    shadowReflect: derived(4233, `pgfault under VT-x, 11242 (${MEASURED}), less exit, entry, ten VMCS reads, and delivery and return of an exception in the guest, 889`),
    shadowStore: derived(6613, `ptemod under VT-x, 12733 (${MEASURED}), less exit, entry and ten VMCS reads`),
    hypercall: unconfirmed(400, `no figure for this processor; ${MEMORY}`),
    tableUpdate: unconfirmed(100, `no figure for this processor; ${MEMORY}`),
  },
}
