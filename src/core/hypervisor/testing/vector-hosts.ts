import { Machine, type MachineSnapshot } from '../../machine/board/machine.ts'
import type { MachineConfig } from '../../machine/board/config.ts'
import { EIP, ESI } from '../../machine/cpu/layout.ts'
import { gpa } from '../../machine/memory/addresses.ts'
import { PAGE_SIZE } from '../../machine/memory/physical-memory.ts'
import { handlerOf, STACK_TOP, type VectorHost } from '../../machine/vectors/rig.ts'
import type { MonitorPlan } from '../../machine/board/executor.ts'
import { paravirtual } from '../techniques/paravirtual/paravirtual.ts'
import { ported } from '../techniques/paravirtual/testing/ported.ts'

const DIRECTORY = 0x1_0000
const PAGES = 0x2_0000
/** In a ported guest of 8 MiB, whose own directory is used. */
const PORTED_PAGES = 0x30_0000
const MOST_TICKS = 20_000

/** A guest under a monitor, whose rig is its kernel: recorded instructions in ring 3 of it. */
export function guestHost(monitor: MonitorPlan): VectorHost {
  const machine = new Machine({ memoryMiB: 1, boot: { kind: 'flat', image: Uint8Array.of(0xf4), address: 0x8_0000, entry: 0x8_0000 }, monitor })
  return hostOf(machine, { directory: DIRECTORY, pages: PAGES, hasKernel: false })
}

/** The same under paravirtualization, with a kernel that was ported. */
export function portedHost(): VectorHost {
  const machine = new Machine(KERNEL)
  const from = machine.cpu.s[ESI]!
  // Until it waits.
  for (let before = -1; machine.cpu.s[EIP] !== before && machine.tick < MOST_TICKS;) {
    before = machine.cpu.s[EIP]!
    machine.run(machine.tick + 1)
  }
  // Tables are read-only in a guest that the monitor trusts.
  const { memory } = machine
  const table = memory.read(gpa(from), 4) & ~0xfff
  for (let page = PORTED_PAGES / PAGE_SIZE; page < PORTED_PAGES / PAGE_SIZE + 3; page++) memory.write(gpa(table + page * 4), (page * PAGE_SIZE) | 1, 4)
  return hostOf(machine, { directory: from, pages: PORTED_PAGES, hasKernel: true })
}

function hostOf(machine: Machine, places: Pick<VectorHost, 'directory' | 'pages' | 'hasKernel'>): VectorHost {
  const { host, cpu } = machine
  let start: { readonly snapshot: MachineSnapshot; readonly memory: Uint8Array } | null = null
  return {
    cpu,
    ...places,
    begin: () => {
      const dirty = host.takeDirty()
      if (start) for (const page of dirty) host.copyIn(gpa(page * PAGE_SIZE), start.memory.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE))
      else start = { snapshot: machine.save(), memory: host.bytes.slice() }
      host.takeDirty()
      machine.load(start.snapshot)
    },
    step: () => {
      const { deliveries } = cpu
      machine.run(machine.tick + 1)
      if (machine.end) return 'shutdown'
      return cpu.deliveries > deliveries ? 'fault' : 'completed'
    },
  }
}

/** The rig's descriptors, in ring 1 what is its kernel's; a trap table of 256 lines; a stack; then it waits. */
const KERNEL: MachineConfig = {
  ...ported(`
        mov edi, page
        mov dword [edi + 8], 0xFFFF
        mov dword [edi + 12], 0x00CFBA00
        mov dword [edi + 16], 0xFFFF
        mov dword [edi + 20], 0x00CFBA00
        mov dword [edi + 24], 0xFFFF
        mov dword [edi + 28], 0x00CFB200
        mov dword [edi + 32], 0xFFFF
        mov dword [edi + 36], 0x00CFFA00
        mov dword [edi + 40], 0xFFFF
        mov dword [edi + 44], 0x00CFF200
        mov dword [edi + 48], 0xFFFF
        mov dword [edi + 52], 0x00CFFA00
        call_by CALL_UPDATE_VA_MAPPING, page, page + 1, 0, INVALIDATE
        mov dword [frame], page
        shr dword [frame], 12
        call_by CALL_SET_GDT, frame, 7, 0
        mov edi, traps
        xor ecx, ecx
.line:  mov eax, ecx
        or eax, 0x90000
        lea edx, [ecx - 3]
        cmp edx, 2
        jae .closed
        or eax, 0x300
.closed: mov [edi], eax
        lea edx, [ecx + ${handlerOf(0)}]
        mov [edi + 4], edx
        add edi, 8
        inc ecx
        cmp ecx, 256
        jb .line
        call_by CALL_SET_TRAP_TABLE, traps, 0, 0
        call_by CALL_STACK_SWITCH, 0x19, ${STACK_TOP}, 0
.wait:  jmp .wait`, `
frame:  dd 0
traps:  times 514 dd 0`),
  monitor: paravirtual(),
}
