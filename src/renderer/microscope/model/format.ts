/** Addresses and times of a simulated machine as they are written in the panel. */

const SPACE = '\u00a0'

/** Eight hexadecimal digits, capitals: `00101A38`. */
export const hex32 = (value: number): string => (value >>> 0).toString(16).toUpperCase().padStart(8, '0')

export const hex16 = (value: number): string => (value & 0xffff).toString(16).toUpperCase().padStart(4, '0')

/** As it is written in source and sentences: `0x104000`. */
export const hexShort = (value: number): string => `0x${(value >>> 0).toString(16)}`

const pad = (value: number, width: number): string => String(value).padStart(width, '0')

/** Simulated time of a tick as `0:00.000 482 915`: minutes, seconds, milliseconds, then microseconds and nanoseconds. */
export function machineTime(tick: number, ticksPerSecond: number): string {
  const seconds = Math.floor(tick / ticksPerSecond)
  const nanos = Math.floor(((tick - seconds * ticksPerSecond) / ticksPerSecond) * 1e9)
  const micros = Math.floor(nanos / 1000)
  return `${Math.floor(seconds / 60)}:${pad(seconds % 60, 2)}.${pad(Math.floor(micros / 1000), 3)}${SPACE}${pad(micros % 1000, 3)}${SPACE}${pad(nanos % 1000, 3)}`
}

const REGISTERS = ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp', 'eip', 'cr2', 'cr3'] as const

/** An address as people type it: hexadecimal with or without `0x` or `h`, or the name of a register. Null when it is neither. */
export function parseAddress(text: string, registers: Readonly<Record<(typeof REGISTERS)[number], number>> | null): number | null {
  const typed = text.trim().toLowerCase()
  const register = REGISTERS.find((name) => name === typed)
  if (register) return registers ? registers[register] >>> 0 : null
  const digits = /^(?:0x)?([0-9a-f][0-9a-f_' ]{0,15})h?$/.exec(typed)?.[1]?.replaceAll(/[_' ]/g, '')
  if (digits === undefined || digits.length > 8) return null
  return Number.parseInt(digits, 16)
}
