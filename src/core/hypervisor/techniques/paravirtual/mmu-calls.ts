import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { CR3 } from '../../../machine/cpu/layout.ts'
import { LARGE, PRESENT } from '../../../machine/cpu/paging.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import { ERROR } from './abi.ts'
import type { DirectPaging } from './direct-paging.ts'
import { type Frames, MONITOR_SLOT } from './frames.ts'
import { checkRange, type GuestMemory } from './guest-memory.ts'
import { hex, refuse } from './refusal.ts'

/** Requests of one call. Xen stops a longer one halfway and starts it again; here it is refused. */
const MOST_REQUESTS = 1024
const REQUEST_BYTES = 16
const OPERATION_BYTES = 12
/** Low bits of a request's address: an ordinary update, and one that keeps accessed and dirty bits. */
const NORMAL = 0
const PRESERVE = 2
const TLB_FLUSH = 1
const INVALIDATE = 2

/** mmu_update, update_va_mapping and mmuext_op: the only ways to change a page table. */
export class MmuCalls {
  readonly #cpu: Cpu
  readonly #guest: GuestMemory
  readonly #frames: Frames
  readonly #paging: DirectPaging
  readonly #checked: boolean
  /** Entries written so far. */
  updates = 0

  constructor(cpu: Cpu, guest: GuestMemory, frames: Frames, paging: DirectPaging, checked: boolean) {
    this.#cpu = cpu
    this.#guest = guest
    this.#frames = frames
    this.#paging = paging
    this.#checked = checked
  }

  /** Requests of two 64-bit words: machine address of an entry, its new value. @param done where the number of requests done is wanted, or 0. */
  update(requests: number, count: number, done: number): number {
    checkCount(count)
    checkRange(requests, count * REQUEST_BYTES)
    let i = 0
    try {
      for (; i < count; i++) {
        const [address, addressHigh, value, valueHigh] = [0, 4, 8, 12].map((n) => this.#guest.read((requests + i * REQUEST_BYTES + n) | 0))
        if (addressHigh !== 0 || valueHigh !== 0) refuse(ERROR.invalid, `update ${i}: an address or an entry of more than 32 bits`)
        const command = address! & 3
        if (command !== NORMAL && command !== PRESERVE) refuse(ERROR.notImplemented, `update ${i}: there is no command ${command}`)
        this.#write((address! & ~3) >>> 0, value!)
      }
    } finally {
      this.#cpu.flushTlb()
      if (done !== 0) this.#guest.write(done, i)
    }
    return 0
  }

  /** The entry of a table that translates a linear address. */
  updateMapping(linear: number, value: number, high: number, flags: number): number {
    checkRange(linear, 1)
    if (high !== 0) refuse(ERROR.invalid, 'an entry of more than 32 bits')
    if ((flags & ~(TLB_FLUSH | INVALIDATE)) !== 0) refuse(ERROR.invalid, `there are no flags ${hex(flags)}`)
    const directory = this.#read((this.#cpu.s[CR3]! & ~0xfff) + ((linear >>> 22) << 2))
    if ((directory & PRESENT) === 0 || (directory & LARGE) !== 0) refuse(ERROR.invalid, `no page table translates ${hex(linear)}`)
    this.#write(((directory & ~0xfff) >>> 0) + ((linear >>> 10) & 0xffc), value)
    this.#cpu.flushTlb()
    return 0
  }

  /** Operations of three words: command, frame or linear address, and one that is not used here. */
  extended(operations: number, count: number, done: number): number {
    checkCount(count)
    checkRange(operations, count * OPERATION_BYTES)
    let i = 0
    try {
      for (; i < count; i++) {
        const at = (operations + i * OPERATION_BYTES) | 0
        this.#operate(this.#guest.read(at), this.#guest.read((at + 4) | 0) >>> 0)
      }
    } finally {
      if (done !== 0) this.#guest.write(done, i)
    }
    return 0
  }

  #operate(command: number, operand: number): void {
    switch (command) {
      case 0: return this.#pin(operand, 'table')
      case 1: return this.#pin(operand, 'directory')
      case 4: return this.#checked ? this.#frames.unpin(operand) : undefined
      case 5: return this.#setBase(operand)
      case 6: return this.#cpu.flushTlb()
      case 7:
        checkRange(operand, 1)
        return this.#cpu.tlb.flushPage(operand | 0)
      default: return refuse(ERROR.notImplemented, `there is no operation ${command >>> 0} on tables of two levels`)
    }
  }

  #pin(frame: number, type: 'table' | 'directory'): void {
    if (this.#checked) this.#frames.pin(frame, type)
  }

  #setBase(frame: number): void {
    if (frame >= this.#cpu.memory.size >>> 12) refuse(ERROR.notPermitted, `frame ${hex(frame)} is not the guest's`)
    const before = this.#cpu.s[CR3]! >>> 12
    if (this.#checked) this.#frames.get(frame, 'directory')
    this.#paging.use(frame << 12)
    if (this.#checked) this.#frames.put(before)
  }

  /** One entry, or one word of memory that is no table. What it refers to from now on is looked at before it is written. */
  #write(address: number, value: number): void {
    const frame = address >>> 12
    if (frame >= this.#cpu.memory.size >>> 12) refuse(ERROR.notPermitted, `${hex(address)} is not in the guest's memory`)
    const type = this.#frames.typeOf(frame)
    const slot = (address & 0xfff) >>> 2
    const isBase = frame === this.#cpu.s[CR3]! >>> 12
    if (slot === MONITOR_SLOT && (type === 'directory' || isBase)) refuse(ERROR.notPermitted, 'that entry of a directory lies behind the fence')
    if (this.#checked) this.#checkedWrite(address, value, type)
    else this.#put(address, value)
    this.updates++
  }

  #checkedWrite(address: number, value: number, type: ReturnType<Frames['typeOf']>): void {
    if (type === 'descriptors') refuse(ERROR.notPermitted, `${hex(address)} is in a descriptor table`)
    if (type === 'table' || type === 'directory') {
      const before = this.#read(address)
      this.#frames.getEntry(type, value)
      this.#put(address, value)
      this.#frames.putEntry(type, before)
      return
    }
    this.#frames.get(address >>> 12, 'writable')
    this.#put(address, value)
    this.#frames.put(address >>> 12)
  }

  #read(address: number): number {
    return this.#cpu.memory.read(gpa(address), 4)
  }

  #put(address: number, value: number): void {
    this.#cpu.memory.write(gpa(address), value, 4)
  }
}

function checkCount(count: number): void {
  if (count >>> 0 > MOST_REQUESTS) refuse(ERROR.invalid, `${count >>> 0} requests at once; the most is ${MOST_REQUESTS}`)
}
