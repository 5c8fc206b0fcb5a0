/** The parameters of the table of costs: what one event of a kind costs, and what else a preset says. Presets give them values; nothing else in the app is a number of cycles. */
export const COST_PARAMETERS = {
  clock: { label: 'clock', unit: 'GHz' },
  plain: { label: 'instruction of no other kind', unit: 'cycles' },
  iteration: { label: 'further iteration of a repeated string instruction', unit: 'cycles' },
  call: { label: 'call', unit: 'cycles' },
  ret: { label: 'ret', unit: 'cycles' },
  indirect: { label: 'indirect jmp', unit: 'cycles' },
  mul: { label: 'mul, imul', unit: 'cycles' },
  div: { label: 'div, idiv', unit: 'cycles' },
  complex: { label: 'xchg, cmpxchg, pusha, loop, shld and the like', unit: 'cycles' },
  string: { label: 'string instruction', unit: 'cycles' },
  segment: { label: 'load of a segment register', unit: 'cycles' },
  far: { label: 'far jmp or call within a ring', unit: 'cycles' },
  flags: { label: 'pushf, popf', unit: 'cycles' },
  interruptFlag: { label: 'cli, sti', unit: 'cycles' },
  control: { label: 'write of a control register', unit: 'cycles' },
  system: { label: 'other privileged instruction', unit: 'cycles' },
  table: { label: 'sgdt, sidt, sldt, str, smsw, lar, lsl, verr, verw', unit: 'cycles' },
  rdtsc: { label: 'rdtsc', unit: 'cycles' },
  cpuid: { label: 'cpuid', unit: 'cycles' },
  vmread: { label: 'vmread', unit: 'cycles' },
  vmwrite: { label: 'vmwrite', unit: 'cycles' },
  vmx: { label: 'other VMX instruction', unit: 'cycles' },
  gate: { label: 'entry of a ring by int n, sysenter or a call gate', unit: 'cycles' },
  return: { label: 'iret, sysexit, far ret', unit: 'cycles' },
  fault: { label: 'delivery of an exception', unit: 'cycles' },
  pageFault: { label: 'beyond that, of a page fault', unit: 'cycles' },
  interrupt: { label: 'delivery of a device’s interrupt', unit: 'cycles' },
  port: { label: 'access to a port', unit: 'cycles' },
  walk: { label: 'reference of a page-table walk', unit: 'cycles' },
  vmExit: { label: 'VM exit', unit: 'cycles' },
  vmEntry: { label: 'VM entry', unit: 'cycles' },
  emulate: { label: 'trap and emulate: one instruction decoded and emulated', unit: 'cycles' },
  reflectCall: { label: 'system call given to the guest’s kernel', unit: 'cycles' },
  reflect: { label: 'exception or interrupt given to the guest', unit: 'cycles' },
  tableWalk: { label: 'walk of the guest’s page tables by the monitor', unit: 'cycles' },
  shadowFill: { label: 'entry put into a shadow table', unit: 'cycles' },
  tracedStore: { label: 'binary translation: store to a traced page table', unit: 'cycles' },
  interruptWork: { label: 'interrupt of the host’s handled', unit: 'cycles' },
  device: { label: 'access to a device’s model', unit: 'cycles' },
  callOut: { label: 'binary translation: call-out, without the way there and back', unit: 'cycles' },
  lookUp: { label: 'binary translation: target looked up, block chained', unit: 'cycles' },
  translate: { label: 'binary translation: one instruction translated', unit: 'cycles' },
  inCachePort: { label: 'binary translation: port read within the cache, beyond its sequence', unit: 'cycles' },
  inCacheControl: { label: 'binary translation: control register written within the cache, beyond its sequence', unit: 'cycles' },
  interpret: { label: 'one instruction interpreted, because it can neither run nor be translated', unit: 'cycles' },
  readsPerExit: { label: 'VMCS fields read for each VM exit', unit: 'events' },
  portExit: { label: 'VM exit of a port handled, with the device’s model', unit: 'cycles' },
  otherExit: { label: 'other VM exit handled', unit: 'cycles' },
  shadowReflect: { label: 'hardware assist without nested tables: page fault given to the guest', unit: 'cycles' },
  shadowStore: { label: 'hardware assist without nested tables: store to a traced page table', unit: 'cycles' },
  hypercall: { label: 'hypercall decoded, checked and done', unit: 'cycles' },
  tableUpdate: { label: 'one page-table update of a hypercall checked', unit: 'cycles' },
} as const satisfies Readonly<Record<string, { readonly label: string; readonly unit: 'cycles' | 'GHz' | 'events' }>>

export type CostId = keyof typeof COST_PARAMETERS
export const COST_IDS = Object.keys(COST_PARAMETERS) as readonly CostId[]
export const isCostId = (id: string): id is CostId => Object.hasOwn(COST_PARAMETERS, id)

/** A figure of a preset. */
export interface Figure {
  readonly value: number
  /** Who says so; or how it follows from what somebody says. */
  readonly source: string
  /** Read in a source, or arithmetic of such figures; false: from memory. */
  readonly confirmed: boolean
}

/** One processor's figures. What it lacks is missing. */
export interface CpuPreset {
  readonly title: string
  readonly figures: Readonly<Partial<Record<CostId, Figure>>>
}

export const cited = (value: number, source: string): Figure => ({ value, source, confirmed: true })
/** @param how the arithmetic, in the words of the parameters. */
export const derived = (value: number, how: string): Figure => ({ value, source: `Derived: ${how}`, confirmed: true })
export const unconfirmed = (value: number, what: string): Figure => ({ value, source: what, confirmed: false })
