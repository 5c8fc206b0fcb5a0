import { bootDisk, fileDisk } from '../disks.ts'
import { KERNEL_FILES } from '../kernel-files.ts'
import type { Input } from './real-tools.ts'

/** One run of a guest: what it is started with, what is done to it, and the file in golden/ that says what must come over the serial line. */
export interface GuestRun {
  readonly golden: string
  readonly guest: string
  readonly disk?: (assembleFile: (key: string) => Uint8Array) => Uint8Array
  readonly memoryMiB?: number
  readonly commandLine?: string
  readonly station?: string
  /** Flags of the processor. A genuine machine that does not have them is no judge. */
  readonly cpuFlags?: readonly string[]
  readonly inputs?: readonly Input[]
  /** For guests that halt for good: how the serial output ends. */
  readonly until?: string
}

const KEYS = { right: 0x4d, down: 0x50, tab: 0x0f, g: 0x22, l: 0x26, a: 0x1e, s: 0x1f, esc: 0x01 } as const
const press = (name: keyof typeof KEYS, after: string): Input => ({ after, key: { name, code: KEYS[name] } })

const bootable = (assembleFile: (key: string) => Uint8Array): Uint8Array => bootDisk(assembleFile('vm-kernel'))
const commandLine = 'system=Glass Linux 1.0'
const logins: readonly Input[] = [{ after: 'login: ', type: 'root\r' }, { after: 'incorrect\nlogin: ', type: 'poweroff\r' }]
const halted = 'System halted.\n'

function damaged(assembleFile: (key: string) => Uint8Array): Uint8Array {
  const disk = bootable(assembleFile)
  disk[700] = disk[700]! ^ 1
  return disk
}

export const RUNS: readonly GuestRun[] = [
  { golden: 'hello', guest: 'hello' },
  { golden: 'rings', guest: 'rings' },
  { golden: 'selfmod', guest: 'selfmod' },
  { golden: 'kernel', guest: 'kernel', disk: () => fileDisk(KERNEL_FILES) },
  { golden: 'kernel-without-disk', guest: 'kernel' },
  { golden: 'realtime', guest: 'realtime' },
  {
    golden: 'desktop',
    guest: 'desktop',
    inputs: [
      press('right', 'ready\n'), press('down', 'line 12\n'), press('g', 'line 13\n'), press('l', 'typed g\n'), press('tab', 'typed l\n'),
      press('a', 'Letter\n'), press('s', 'typed a\n'), press('esc', 'typed s\n'),
    ],
  },
  { golden: 'windows-like', guest: 'windows-like' },
  { golden: 'tiny-vmm-without-vmx', guest: 'tiny-vmm' },
  { golden: 'boot-vm', guest: 'boot-vm', disk: bootable, commandLine, inputs: logins },
  { golden: 'boot-vm-without-disk', guest: 'boot-vm', commandLine, until: halted },
  { golden: 'boot-vm-empty-disk', guest: 'boot-vm', disk: () => new Uint8Array(32_768), commandLine, until: halted },
  { golden: 'boot-vm-damaged-disk', guest: 'boot-vm', disk: damaged, commandLine, until: halted },
  { golden: 'boot-vm-little-memory', guest: 'boot-vm', disk: bootable, commandLine, memoryMiB: 4, until: halted },
  { golden: 'boot-vm-with-nic', guest: 'boot-vm', disk: bootable, commandLine, station: '52:54:00:0a:34:56', inputs: logins },
]
