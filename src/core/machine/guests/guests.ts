import bootVm from '../../../../resources/guests/boot-vm.asm?raw'
import desktop from '../../../../resources/guests/desktop.asm?raw'
import hello from '../../../../resources/guests/hello.asm?raw'
import kernelPv from '../../../../resources/guests/kernel-pv.asm?raw'
import kernel from '../../../../resources/guests/kernel.asm?raw'
import realtime from '../../../../resources/guests/realtime.asm?raw'
import rings from '../../../../resources/guests/rings.asm?raw'
import selfmod from '../../../../resources/guests/selfmod.asm?raw'
import tinyVmm from '../../../../resources/guests/tiny-vmm.asm?raw'
import vmKernelPv from '../../../../resources/guests/vm-kernel-pv.asm?raw'
import vmKernel from '../../../../resources/guests/vm-kernel.asm?raw'
import windowsLike from '../../../../resources/guests/windows-like.asm?raw'
import { bootDisk, fileDisk } from './disks.ts'
import { KERNEL_FILES } from './kernel-files.ts'

/** NASM source to the bytes of `nasm -f bin`; includes come from `GUEST_LIBRARY`. */
export type Assemble = (source: string) => Uint8Array

/** A program or small system for the simulated PC: a multiboot image in NASM syntax. docs/guests.md explains each. */
export interface Guest {
  readonly key: string
  readonly title: string
  readonly description: string
  readonly source: string
  /** Flags that its processor has beside the usual ones (`cpuidOf`). */
  readonly cpuFlags?: readonly string[]
  /** What has to be on the primary master; the same bytes each time. Without it the machine needs no disk. */
  readonly disk?: (assemble: Assemble) => Uint8Array
}

/** What the disk of every VM of the datacenter holds. */
export const VM_KERNEL: string = vmKernel

/** What a paravirtualized VM is started with, by the domain builder: no firmware, no boot loader. Understands `eth0` and `system=NAME` on its command line. */
export const VM_KERNEL_PV: string = vmKernelPv

/** What every VM of the datacenter boots: firmware and boot loader; its kernel comes from the disk. Understands `system=NAME` on its command line. */
export const BOOT_VM: Guest = {
  key: 'boot-vm',
  title: 'A virtual machine boots',
  description: 'Firmware, boot loader, kernel, init: each phase shows its number on port 0x80, and fails as machines fail when a part is missing.',
  source: bootVm,
  disk: (assemble) => bootDisk(assemble(vmKernel)),
}

export const GUESTS: readonly Guest[] = [
  { key: 'hello', title: 'Hello', description: 'Boots and greets on the serial line: the shortest program there is.', source: hello },
  { key: 'rings', title: 'Rings', description: 'Every privileged and every sensitive instruction in rings 0 to 3: runs, shows, or faults.', source: rings },
  { key: 'kernel', title: 'A kernel', description: 'Three processes with page tables of their own, a timer that preempts them, system calls, memory on demand, a disk with files.', source: kernel, disk: () => fileDisk(KERNEL_FILES) },
  { key: 'selfmod', title: 'Self-modifying code', description: 'Changes its own instructions in twelve ways, and checks that each change was seen.', source: selfmod },
  { key: 'realtime', title: 'A real-time task', description: 'A task with deadlines beside work that preempts well, yields late, or closes interrupts: met, missed, latency, jitter.', source: realtime },
  { key: 'desktop', title: 'A desktop', description: 'Windows of text on the screen, a pointer and letters from the keyboard. Esc ends it.', source: desktop },
  { key: 'windows-like', title: 'Casement 3.1', description: 'The system that may not be modified: it checks its own code, its ring and its flags, and stops when something is wrong.', source: windowsLike },
  {
    key: 'tiny-vmm', title: 'A tiny hypervisor', description: 'VMXON to VMLAUNCH in the order of the manual, a guest of nine instructions, and why it was left each time.', source: tinyVmm, cpuFlags: ['vmx'],
  },
  BOOT_VM,
]

/** Ported to a hypervisor: on bare metal its first hypercall is its end. */
export const KERNEL_PV: Guest = {
  key: 'kernel-pv',
  title: 'A kernel, ported',
  description: 'The kernel for a hypervisor like Xen: it runs in ring 1 and asks, by hypercalls, for what it may not do. Each changed line is marked.',
  source: kernelPv,
  disk: () => fileDisk(KERNEL_FILES),
}

export function findGuest(key: string): Guest | undefined {
  return [...GUESTS, KERNEL_PV].find((guest) => guest.key === key)
}
