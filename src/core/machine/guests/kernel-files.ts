import type { DiskFile } from './disks.ts'

/** What lies on the disk of kernel.asm. */
export const KERNEL_FILES: readonly DiskFile[] = [
  {
    name: 'rings.txt',
    text: 'Ring 0 may do everything. Ring 3 may compute.\n',
  },
  {
    // Longer than a sector, so that reading it takes two.
    name: 'motd.txt',
    text: `Welcome to the kernel in the glass house.

You read these words because a process in ring 3 asked for them: it put a number
into eax and executed int 0x80. The processor looked up a gate, changed to ring 0
and to another stack, and the kernel went to the disk. It wrote a sector's number
into six ports and gave the processor to somebody else. When the disk had turned,
it raised line 14; the kernel made this process ready again, copied the bytes to
a page that did not exist before they came, and returned to ring 3.

All of that can be watched, forwards and backwards.
`,
  },
]
