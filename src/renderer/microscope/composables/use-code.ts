import { computed, nextTick, type Ref, shallowRef, watch } from 'vue'
import type { DisassemblyRow } from '../../../protocol/machine.ts'
import { useSize } from '../../studio/composables/use-size.ts'
import { useMachines } from '../../app/stores/machines.ts'
import { attempt } from '../microscope-actions.ts'
import { useMicroscope } from '../microscope-store.ts'
import { nextRows } from '../model/code-window.ts'

const MORE = 80
const MOST = 2000
const NEAR_PX = 120

const lengthOf = (row: DisassemblyRow): number => Math.max(1, row.bytes.split(' ').filter(Boolean).length)

/** Rows of the disassembly: those around the program counter that come with each stop, or those around an address, longer as one scrolls. */
export function useCode(box: Readonly<Ref<HTMLElement | null>>) {
  const machines = useMachines()
  const microscope = useMicroscope()
  const rows = shallowRef<readonly DisassemblyRow[]>([])
  const following = shallowRef(true)
  const chosen = shallowRef<number | null>(null)
  let loading = false

  const current = computed(() => rows.value.find((row) => row.address === chosen.value) ?? null)
  const eip = computed(() => microscope.state?.cpu.eip ?? 0)

  async function fetch(address: number, before: number, count: number): Promise<readonly DisassemblyRow[]> {
    const machine = microscope.machine
    if (!machine) return []
    return (await machines.request('machine.disassemble', { machine, address: address >>> 0, before, count })).rows
  }

  const element = (address: number): HTMLElement | null => box.value?.querySelector<HTMLElement>(`[data-address="${address}"]`) ?? null

  /** In the middle when it was out of sight, else where it is. */
  async function reveal(address: number): Promise<void> {
    await nextTick()
    const row = element(address)
    if (!row || !box.value) return
    const { top, bottom } = box.value.getBoundingClientRect()
    const at = row.getBoundingClientRect()
    if (at.top < top + at.height || at.bottom > bottom - at.height) box.value.scrollTop += at.top - top - (bottom - top) / 3
  }

  function choose(row: DisassemblyRow): void {
    chosen.value = row.address
  }

  function follow(): void {
    rows.value = microscope.state?.code ?? []
    following.value = true
    chosen.value = eip.value
    void reveal(eip.value)
  }

  async function go(address: number): Promise<void> {
    await attempt(async () => {
      rows.value = await fetch(address, MORE / 2, MORE)
      following.value = false
      chosen.value = rows.value.find((row) => row.address >= address)?.address ?? address
      await reveal(chosen.value)
    })
  }

  async function extend(down: boolean): Promise<void> {
    const [first, last] = [rows.value[0], rows.value.at(-1)]
    if (loading || !first || !last || rows.value.length > MOST || !box.value) return
    loading = true
    await attempt(async () => {
      const from = rows.value
      if (down) rows.value = [...from, ...(await fetch(last.address + lengthOf(last), 0, MORE))]
      else {
        const above = (await fetch(first.address, MORE, MORE)).filter((row) => row.address < first.address)
        const height = box.value?.scrollHeight ?? 0
        rows.value = [...above, ...from]
        await nextTick()
        if (box.value) box.value.scrollTop += box.value.scrollHeight - height
      }
    })
    loading = false
  }

  function scrolled(): void {
    const list = box.value
    if (!list || microscope.state?.running !== false || list.scrollHeight <= list.clientHeight) return
    if (list.scrollTop + list.clientHeight > list.scrollHeight - NEAR_PX) void extend(true)
    else if (list.scrollTop < NEAR_PX) void extend(false)
  }

  function move(step: number): void {
    const at = Math.max(0, rows.value.findIndex((row) => row.address === (chosen.value ?? eip.value)))
    const row = rows.value[Math.max(0, Math.min(rows.value.length - 1, at + step))]
    if (!row) return
    choose(row)
    void reveal(row.address)
  }

  // A stop shows what comes next, wherever one was reading.
  watch(() => microscope.state, (state, before) => {
    if (!state) return
    rows.value = nextRows(state.machine === before?.machine ? rows.value : [], state.code, state.cpu.eip)
    following.value = true
    chosen.value = state.cpu.eip
    void reveal(state.cpu.eip)
  }, { immediate: true })
  const { height } = useSize(box)
  watch(height, () => { if (following.value) void reveal(eip.value) })
  watch(() => microscope.codeTarget, (target) => { if (target) void go(target.address) })

  return { rows, current, following, choose, follow, go, move, scrolled }
}
