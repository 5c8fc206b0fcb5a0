/**
 * What a processor counts. Time is made of these counts: nothing costs anything but by one of them (parameters.ts says what each costs, and where that is known from).
 *
 * The counters of a processor lie in one list: how many instructions of each class its programs executed, the same of its kernel, what the hardware did, and what a
 * monitor counts that runs guests on it.
 */

/** What an instruction is counted as. `event`: what it does is counted, a gate, a port, a VM entry; it costs nothing beyond. */
export const COST_CLASSES = [
  'plain', 'iteration', 'event', 'call', 'ret', 'indirect', 'mul', 'div', 'complex', 'string', 'segment', 'far', 'flags', 'interruptFlag', 'control', 'system', 'table', 'rdtsc', 'cpuid', 'vmread', 'vmwrite', 'vmx',
] as const
export type CostClass = (typeof COST_CLASSES)[number]

const classIds = new Map(COST_CLASSES.map((name, index) => [name, index]))
export const classId = (name: CostClass): number => classIds.get(name)!

const CLASS_COUNT = COST_CLASSES.length

/** Classes that the loop of slice.ts counts itself. Those of PLAIN and of ITERATION are not counted, but what is left (`Cpu.counted`). */
export const PLAIN = 0
export const ITERATION = 1
export const CALL = 3
export const RET = 4
export const INDIRECT = 5
export const MUL = 6
export const COMPLEX = 8
export const SEGMENT = 10

/** Where the classes of programs (ring 3) and those of kernels (rings 0 to 2) begin. */
export const USER_SIDE: number = 0
export const KERNEL_SIDE: number = CLASS_COUNT

/** What the hardware did, whoever asked for it. */
export const HARDWARE_EVENTS = ['gate', 'fault', 'pageFault', 'interrupt', 'return', 'port', 'walk', 'vmExit', 'vmEntry'] as const
const FIRST_EVENT = 2 * CLASS_COUNT
export const GATE = FIRST_EVENT
export const FAULT_EVENT = FIRST_EVENT + 1
/** Beyond the fault itself. */
export const PAGE_FAULT_EVENT = FIRST_EVENT + 2
export const INTERRUPT_EVENT = FIRST_EVENT + 3
export const RETURN = FIRST_EVENT + 4
export const PORT_ACCESS = FIRST_EVENT + 5
export const WALK_REFERENCE = FIRST_EVENT + 6
export const VM_EXIT_EVENT = FIRST_EVENT + 7
export const VM_ENTRY_EVENT = FIRST_EVENT + 8

/** What a processor's own time stamp counter knows of ends here: the work of a monitor is not the guest's time. */
export const FIRST_MONITOR_COUNTER = FIRST_EVENT + HARDWARE_EVENTS.length

/**
 * What monitors count. `resume`: the monitor's return into the guest; `hostInterrupt`: a device of the host's, taken while the guest ran; `guestExit`, `guestEntry`: of a host that is
 * no program of the processor's.
 */
export const MONITOR_EVENTS = [
  'resume', 'hostInterrupt', 'guestExit', 'guestEntry', 'emulate', 'reflectCall', 'reflect', 'tableWalk', 'shadowFill', 'tracedStore', 'interruptWork', 'device', 'callOut', 'lookUp', 'translate', 'inCachePort',
  'inCacheControl', 'interpret', 'exitReads', 'portExit', 'otherExit', 'shadowReflect', 'shadowStore', 'hypercall', 'tableUpdate',
] as const
export type MonitorEvent = (typeof MONITOR_EVENTS)[number]

const monitorIds = new Map(MONITOR_EVENTS.map((name, index) => [name, FIRST_MONITOR_COUNTER + index]))
/** Place of a monitor's counter. */
export const counterOf = (event: MonitorEvent): number => monitorIds.get(event)!

const END = FIRST_MONITOR_COUNTER + MONITOR_EVENTS.length
export const COUNTERS = END

/** Behind them, in the same list: instructions of every class that were executed on each side up to the last change of sides, and iterations. */
export const INSTRUCTIONS_OF = END
export const ITERATIONS_OF = END + 2
/** How often the interrupt controller has raised its line. */
export const LINE_RAISED = END + 4
export const COUNT_PLACES = END + 5
