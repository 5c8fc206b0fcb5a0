/** A fault or trap of an instruction; a device's interrupt; `int n`, `int3`, `into`. */
export type Cause = 'fault' | 'interrupt' | 'software'

/**
 * Is told what happens rarely enough to be told: set by whoever records a run. When a method is called, the state block already shows the
 * result, and START still the instruction at which it happened. Nothing that an observer does may change the machine.
 */
export interface CpuObserver {
  /** Called before each instruction, which `stopBy` can then prevent; null: instructions run without a look in between, several times faster. */
  readonly each?: (() => void) | null
  /** Through the IDT: an exception (`error` -1 where it has none), a device's interrupt, or `int n`, `int3`, `into`. */
  delivered(cause: Cause, vector: number, error: number, fromCpl: number): void
  /** `iret` or a far return ended. */
  returned(fromCpl: number): void
  /** A far call or jump went through a call gate, or switched tasks. */
  gate(fromCpl: number): void
  port(write: boolean, port: number, size: number, value: number): void
  /** Descriptor table registers: their bases; ldtr and tr: their selectors. */
  control(name: 'cr0' | 'cr3' | 'cr4' | 'gdtr' | 'idtr' | 'ldtr' | 'tr', before: number, after: number): void
  halted(): void
}
