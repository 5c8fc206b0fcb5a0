import { computed, nextTick, type Ref, shallowRef, watch } from 'vue'
import type { DisassemblyRow } from '../../../protocol/machine.ts'
import { useMachines } from '../../app/stores/machines.ts'
import { useSize } from '../../studio/composables/use-size.ts'
import { attempt } from '../microscope-actions.ts'
import { useMicroscope } from '../microscope-store.ts'
import { nextRows } from '../model/code-window.ts'

type Box = Readonly<Ref<HTMLElement | null>>

const MORE = 80
const MOST = 2000
const NEAR_PX = 120

const lengthOf = (row: DisassemblyRow): number => Math.max(1, row.bytes.split(' ').filter(Boolean).length)

/** Rows of the disassembly, longer as one scrolls towards an end of them. */
function useRows(box: Box) {
  const machines = useMachines()
  const microscope = useMicroscope()
  const rows = shallowRef<readonly DisassemblyRow[]>([])
  let loading = false

  async function fetch(address: number, before: number, count: number): Promise<readonly DisassemblyRow[]> {
    const machine = microscope.machine
    if (!machine) return []
    return (await machines.request('machine.disassemble', { machine, address: address >>> 0, before, count })).rows
  }

  async function append(last: DisassemblyRow): Promise<void> {
    const from = rows.value
    const below = await fetch(last.address + lengthOf(last), 0, MORE)
    if (rows.value === from) rows.value = [...from, ...below]
  }

  async function prepend(first: DisassemblyRow): Promise<void> {
    const from = rows.value
    const above = (await fetch(first.address, MORE, MORE)).filter((row) => row.address < first.address)
    if (rows.value !== from || above.length === 0) return
    const height = box.value?.scrollHeight ?? 0
    rows.value = [...above, ...from]
    await nextTick()
    if (box.value) box.value.scrollTop += box.value.scrollHeight - height
  }

  async function scrolled(): Promise<void> {
    const list = box.value
    const [first, last] = [rows.value[0], rows.value.at(-1)]
    if (!list || !first || !last || loading || rows.value.length > MOST || microscope.state?.running !== false || list.scrollHeight <= list.clientHeight) return
    const atEnd = list.scrollTop + list.clientHeight > list.scrollHeight - NEAR_PX
    if (!atEnd && list.scrollTop >= NEAR_PX) return
    loading = true
    await attempt(() => (atEnd ? append(last) : prepend(first)))
    loading = false
  }

  /** In the middle when it was out of sight, else where it is. */
  async function reveal(address: number): Promise<void> {
    await nextTick()
    const row = box.value?.querySelector<HTMLElement>(`[data-address="${address}"]`)
    if (!row || !box.value) return
    const { top, bottom } = box.value.getBoundingClientRect()
    const at = row.getBoundingClientRect()
    if (at.top < top + at.height || at.bottom > bottom - at.height) box.value.scrollTop += at.top - top - (bottom - top) / 3
  }

  return { rows, fetch, scrolled, reveal }
}

/** What the disassembly shows: the instructions around the program counter as each stop brings them, or those around an address; and a row that is chosen. */
export function useCode(box: Box) {
  const microscope = useMicroscope()
  const { rows, fetch, scrolled, reveal } = useRows(box)
  const { height } = useSize(box)
  const following = shallowRef(true)
  const chosen = shallowRef<number | null>(null)
  const current = computed(() => rows.value.find((row) => row.address === chosen.value) ?? null)
  const eip = computed(() => microscope.state?.cpu.eip ?? 0)

  function choose(row: DisassemblyRow): void {
    chosen.value = row.address
  }

  function show(fresh: readonly DisassemblyRow[]): void {
    rows.value = fresh
    following.value = true
    chosen.value = eip.value
    void reveal(eip.value)
  }

  const go = (address: number): Promise<void> => attempt(async () => {
    rows.value = await fetch(address, MORE / 2, MORE)
    following.value = false
    chosen.value = rows.value.find((row) => row.address >= address)?.address ?? address
    await reveal(chosen.value)
  })

  function move(step: number): void {
    const at = Math.max(0, rows.value.findIndex((row) => row.address === (chosen.value ?? eip.value)))
    const row = rows.value[Math.max(0, Math.min(rows.value.length - 1, at + step))]
    if (!row) return
    choose(row)
    void reveal(row.address)
  }

  // A stop shows what comes next, wherever one was reading.
  watch(() => microscope.state, (state, before) => {
    if (state) show(nextRows(state.machine === before?.machine ? rows.value : [], state.code, state.cpu.eip))
  }, { immediate: true })
  watch(height, () => { if (following.value) void reveal(eip.value) })
  watch(() => microscope.codeTarget, (target) => { if (target) void go(target.address) })

  return { rows, current, following, choose, follow: () => show(microscope.state?.code ?? []), go, move, scrolled }
}
