/** What an error code says, bit by bit. SDM volume 3, sections 6.13 and 4.7. */
export interface ErrorBit {
  /** The bit's or field's name in the manual. */
  readonly name: string
  readonly value: string
  /** Key below `microscope.error`. */
  readonly meaning: string
}

const PAGE_FAULT = 14
/** Invalid TSS, segment not present, stack fault, general protection: a selector is in the error code. */
const WITH_SELECTOR = new Set([10, 11, 12, 13])

const bit = (name: string, set: boolean, yes: string, no: string): ErrorBit => ({ name, value: set ? '1' : '0', meaning: set ? yes : no })

function pageFaultBits(error: number): readonly ErrorBit[] {
  return [
    bit('P', (error & 1) !== 0, 'p-1', 'p-0'),
    bit('W/R', (error & 2) !== 0, 'w-1', 'w-0'),
    bit('U/S', (error & 4) !== 0, 'u-1', 'u-0'),
    ...((error & 8) !== 0 ? [bit('RSVD', true, 'rsvd', 'rsvd')] : []),
    ...((error & 16) !== 0 ? [bit('I/D', true, 'fetch', 'fetch')] : []),
  ]
}

function selectorBits(error: number): readonly ErrorBit[] {
  if (error === 0) return [{ name: '0', value: '0', meaning: 'no-selector' }]
  const table = (error & 2) !== 0 ? 'idt' : (error & 4) !== 0 ? 'ldt' : 'gdt'
  return [
    bit('EXT', (error & 1) !== 0, 'ext-1', 'ext-0'),
    { name: 'IDT, TI', value: String((error >>> 1) & 3), meaning: table },
    { name: 'index', value: String(error >>> 3), meaning: table === 'idt' ? 'index-gate' : 'index-descriptor' },
  ]
}

export function errorBits(vector: number, error: number): readonly ErrorBit[] {
  if (vector === PAGE_FAULT) return pageFaultBits(error)
  return WITH_SELECTOR.has(vector) ? selectorBits(error) : []
}

/** Who did what to the page, as a key below `microscope.access`: `user-read`, `kernel-write`… */
export function pageFaultAccess(error: number): string {
  const who = (error & 4) !== 0 ? 'user' : 'kernel'
  return `${who}-${(error & 16) !== 0 ? 'fetch' : (error & 2) !== 0 ? 'write' : 'read'}`
}
