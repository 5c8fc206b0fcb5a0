import type { CpuState, SegmentState } from '../../../protocol/machine.ts'
import type { MonitorAnswer } from '../../../protocol/monitor.ts'
import { hex16, hex32 } from '../model/format.ts'

/** One thing about a processor, as the guest believes it and as it is. `actual` is null where nothing of the guest's is on the physical processor. */
export interface ViewRow {
  readonly key: string
  readonly believed: string
  readonly actual: string | null
  readonly differs: boolean
}

const IF = 0x200
const IOPL_SHIFT = 12
const SEGMENTS = ['cs', 'ss', 'ds', 'es', 'fs', 'gs'] as const

const segment = ({ selector, base, limit }: SegmentState): string => `${hex16(selector)} ${hex32(base)}+${hex32(limit)}`
const table = ({ base, limit }: CpuState['gdtr']): string => `${hex32(base)}+${hex16(limit)}`

const READ: Readonly<Record<string, (cpu: CpuState) => string>> = {
  ring: ({ cpl }) => String(cpl), if: ({ eflags }) => ((eflags & IF) === 0 ? '0' : '1'), iopl: ({ eflags }) => String((eflags >>> IOPL_SHIFT) & 3),
  eip: ({ eip }) => hex32(eip), esp: ({ esp }) => hex32(esp), cr0: ({ cr0 }) => hex32(cr0), cr3: ({ cr3 }) => hex32(cr3), cr4: ({ cr4 }) => hex32(cr4),
  gdtr: ({ gdtr }) => table(gdtr), idtr: ({ idtr }) => table(idtr),
  ...Object.fromEntries(SEGMENTS.map((name) => [name, (cpu: CpuState) => segment(cpu[name])])),
  ldtr: ({ ldtr }) => segment(ldtr), tr: ({ tr }) => segment(tr),
}

/** The processor that the guest believes in beside the one it runs on. */
export function twoViews({ believed, actual }: MonitorAnswer): readonly ViewRow[] {
  return Object.entries(READ).map(([key, read]) => {
    const there = actual.how === 'interpreted' ? null : read(actual.cpu)
    const here = read(believed)
    return { key, believed: here, actual: there, differs: there !== null && there !== here }
  })
}

/** Of segments, what is not the same: a selector's ring, or where the segment ends. */
export function segmentDifference(key: string, { believed, actual }: MonitorAnswer): 'ring' | 'fence' | 'other' {
  const name = SEGMENTS.find((one) => one === key)
  if (!name) return 'other'
  const [here, there] = [believed[name], actual.cpu[name]]
  if (here.selector !== there.selector && (here.selector & 0xfffc) === (there.selector & 0xfffc)) return 'ring'
  return here.selector === there.selector && here.limit !== there.limit ? 'fence' : 'other'
}
