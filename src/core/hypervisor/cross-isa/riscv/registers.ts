/** Names of the ABI (RISC-V ELF psABI, "Register Convention"), by number; `fp` is another name of s0. */
export const REGISTER_NAMES = [
  'zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6',
] as const

export const X_RA = 1
export const X_SP = 2
export const X_A0 = 10
export const X_A1 = 11
export const X_A2 = 12
export const X_A7 = 17

const NUMBERS = new Map<string, number>([...REGISTER_NAMES.map((name, number) => [name, number] as const), ['fp', 8], ...REGISTER_NAMES.map((_, number) => [`x${number}`, number] as const)])

/** Number of a register by either name; undefined: there is none. */
export const registerNumber = (name: string): number | undefined => NUMBERS.get(name.toLowerCase())
