/** Exceptions by vector: the manual's short name, and the key of the long one below `microscope.vector`. SDM volume 3, table 6-1. */
const SHORT: readonly string[] = [
  '#DE', '#DB', 'NMI', '#BP', '#OF', '#BR', '#UD', '#NM', '#DF', '', '#TS', '#NP', '#SS', '#GP', '#PF', '', '#MF', '#AC', '#MC', '#XM',
]

export const shortVector = (vector: number): string => SHORT[vector] ?? ''

/** Ports of the machine's devices, each with the key of its name below `microscope.port`. */
const PORTS: readonly { readonly from: number; readonly to: number; readonly key: string }[] = [
  { from: 0x20, to: 0x21, key: 'pic1' }, { from: 0xa0, to: 0xa1, key: 'pic2' }, { from: 0x40, to: 0x43, key: 'pit' }, { from: 0x60, to: 0x60, key: 'keyboard' },
  { from: 0x61, to: 0x61, key: 'system' }, { from: 0x64, to: 0x64, key: 'keyboard' }, { from: 0x70, to: 0x71, key: 'cmos' }, { from: 0x1f0, to: 0x1f7, key: 'ata' },
  { from: 0x3f6, to: 0x3f6, key: 'ata' }, { from: 0x3d4, to: 0x3d5, key: 'screen' }, { from: 0x3f8, to: 0x3ff, key: 'serial' }, { from: 0xf4, to: 0xf4, key: 'exit' },
]

/** Whose port it is; null when no device answers there. */
export const portOwner = (port: number): string | null => PORTS.find(({ from, to }) => port >= from && port <= to)?.key ?? null
