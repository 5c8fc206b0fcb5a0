import { computed, shallowRef, watch } from 'vue'
import { useMachines } from '../../app/stores/machines.ts'
import { attempt } from '../microscope-actions.ts'
import { useMicroscope } from '../microscope-store.ts'

export type Space = 'linear' | 'physical'

const PAGE = 512
/** Addresses that are gone to begin a line. */
const GRAIN = 16
const LAST = 0x1_0000_0000 - PAGE

export interface MemoryByte {
  readonly text: string
  readonly changed: boolean
}

export interface MemoryLine {
  readonly address: number
  readonly bytes: readonly MemoryByte[]
  readonly ascii: string
}

const letter = (byte: string): string => {
  const code = Number.parseInt(byte, 16)
  return code >= 32 && code < 127 ? String.fromCharCode(code) : '.'
}

/** A page of memory in lines of `across` bytes, read again at each stop; bytes that differ from the stop before are marked. */
export function useMemory(across: () => number) {
  const machines = useMachines()
  const microscope = useMicroscope()
  const space = shallowRef<Space>('linear')
  const address = shallowRef<number | null>(null)
  const bytes = shallowRef<readonly string[]>([])
  const before = shallowRef<readonly string[]>([])
  const shownAt = shallowRef(0)

  async function read(same: boolean): Promise<void> {
    const { machine, state } = microscope
    if (!machine || !state || state.running) return
    const from = address.value ?? Math.min(LAST, state.cpu.esp - (state.cpu.esp % GRAIN))
    await attempt(async () => {
      const answer = await machines.request('machine.memory', { machine, space: space.value, address: from, length: PAGE })
      before.value = same && shownAt.value === from ? bytes.value : []
      bytes.value = answer.bytes
      shownAt.value = from
      address.value = from
    })
  }

  function go(to: number): void {
    address.value = Math.max(0, Math.min(LAST, to - (to % GRAIN)))
    void read(false)
  }

  const lines = computed<readonly MemoryLine[]>(() => Array.from({ length: Math.ceil(bytes.value.length / across()) }, (_, line) => {
    const from = line * across()
    const part = bytes.value.slice(from, from + across())
    return {
      address: shownAt.value + from, ascii: part.map(letter).join(''),
      bytes: part.map((text, at) => ({ text: text.toUpperCase(), changed: (before.value[from + at] ?? text) !== text })),
    }
  }))
  const changes = computed(() => bytes.value.filter((byte, at) => (before.value[at] ?? byte) !== byte).length)

  watch(() => microscope.machine, () => { address.value = null })
  watch(() => microscope.stop, () => void read(true), { immediate: true })
  watch(space, () => void read(false))
  return { space, address: shownAt, lines, changes, go, page: (by: 1 | -1) => go(shownAt.value + by * PAGE) }
}
