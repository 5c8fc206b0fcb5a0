import { encodeUtf8 } from '../../base/bytes.ts'
import { canonicalJson } from '../../base/canonical-json.ts'
import type { Sha256Factory } from '../../base/hasher.ts'
import type { Cpu } from '../cpu/cpu.ts'
import { eflags } from '../cpu/flags.ts'
import { CHECKS, CPL, CR0, EIP, FEATURE_CONTROL, HALTED, INTR, SELECTORS, SHADOW, STATE_WORDS, SYSENTER_CS, VMX_MODE } from '../cpu/layout.ts'
import { PAGE_SIZE } from '../memory/physical-memory.ts'

/** Registers, segments with their hidden parts, and counts; nothing that depends on how a run was cut into slices. */
function cpuRecord(c: Cpu): unknown {
  const { s } = c
  const words = [...s.subarray(0, 8), s[EIP], eflags(s), s[CPL], s[SHADOW], s[HALTED], ...s.subarray(CR0, INTR + 1), ...s.subarray(SYSENTER_CS, SELECTORS), ...s.subarray(SELECTORS, CHECKS)]
  return { words, ...(s[VMX_MODE] === 0 && s[FEATURE_CONTROL] === 0 ? {} : { vmx: [...s.subarray(VMX_MODE, STATE_WORDS)] }), counts: [c.instructions, c.iterations, c.deliveries, c.timestamp] }
}

/** SHA-256 over processor, devices, memory (pages that are not empty) and further bytes. */
export function hashState(factory: Sha256Factory, cpu: Cpu, devices: unknown, further: readonly (Uint8Array | null)[]): string {
  const stream = factory()
  const record = encodeUtf8(canonicalJson({ cpu: cpuRecord(cpu), devices }))
  stream.update(encodeUtf8(`${record.length} ${cpu.memory.size}\n`))
  stream.update(record)
  for (const bytes of [cpu.memory.bytes, ...further]) {
    stream.update(encodeUtf8(`\n${bytes?.length ?? 'none'}\n`))
    if (bytes) hashPages(stream, bytes)
  }
  return stream.hex()
}

/** Bytes of RAM or of a disk into a hash, but for empty pages. */
export function hashPages(stream: ReturnType<Sha256Factory>, bytes: Uint8Array): void {
  // RAM and disks are whole words, in buffers of their own.
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  for (let at = 0; at < bytes.length; at += PAGE_SIZE) {
    if (isEmpty(words, at / 4, Math.min(at + PAGE_SIZE, bytes.length) / 4)) continue
    stream.update(encodeUtf8(`${at} `))
    stream.update(bytes.subarray(at, at + PAGE_SIZE))
  }
}

function isEmpty(words: Int32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (words[i] !== 0) return false
  return true
}
