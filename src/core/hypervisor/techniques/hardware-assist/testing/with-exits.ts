/** What exits, or faults by way of an exit, in place of what does not. */
const SWAPS: readonly (readonly [string, string])[] = [
  ['cdq', 'cpuid'], ['cbw', 'wbinvd'], ['cwd', 'mov eax, dr7'], ['cwde', 'mov dr2, eax'], ['lahf', 'invd'], ['nop', 'vmcall'], ['xlatb', 'mov ecx, 0x175\n        rdmsr\n        wrmsr'], ['cmc', 'hlt'],
  ['bswap eax', 'mov ecx, 0x1234\n        rdmsr'], ['leave', 'mov eax, cr4\n        xor eax, 0x2000\n        mov cr4, eax'], ['aad', 'mov eax, cr0\n        xor eax, 0x20\n        mov cr0, eax'], ['ud2', 'vmlaunch'],
]

/** A random kernel of `makeImageSource` that comes to a monitor by hardware assist more often; every second change of a page table leads to where there is no RAM. */
export function withExits(source: string): string {
  let changes = 0
  const [prelude, programs] = source.split('programs:', 2) as [string, string]
  const mapped = programs.replaceAll(/mov dword \[(\d+)\], (\d+)\n/g, (_, at: string, entry: string) => `mov dword [${at}], ${changes++ % 2 === 0 ? (Number(entry) & 7) | 0x3000_0000 : entry}\n`)
  return `${prelude}programs:${SWAPS.reduce((text, [plain, exiting]) => text.replaceAll(`        ${plain}\n`, `        ${exiting}\n`), mapped)}`
}
