/** Names of the bits of the control registers. SDM volume 3, section 2.5. */
const BITS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  cr0: { 0: 'PE', 1: 'MP', 2: 'EM', 3: 'TS', 4: 'ET', 5: 'NE', 16: 'WP', 18: 'AM', 29: 'NW', 30: 'CD', 31: 'PG' },
  cr4: { 0: 'VME', 1: 'PVI', 2: 'TSD', 3: 'DE', 4: 'PSE', 5: 'PAE', 6: 'MCE', 7: 'PGE', 8: 'PCE', 9: 'OSFXSR' },
}

/** Bits that differ between two values of `cr0` or `cr4`, as `PG on`; empty for other registers. */
export function changedBits(register: string, before: number, after: number): readonly { readonly name: string; readonly on: boolean }[] {
  const names = BITS[register]
  if (!names) return []
  const found: { name: string; on: boolean }[] = []
  for (let bit = 31; bit >= 0; bit--) {
    const on = ((after >>> bit) & 1) === 1
    if (on !== (((before >>> bit) & 1) === 1)) found.push({ name: names[bit] ?? String(bit), on })
  }
  return found
}
