import { computed, onBeforeUnmount, onMounted, type Ref, ref, shallowRef } from 'vue'

const SPARE_ROWS = 6

/** Only the rows that can be seen: for lists of any length with rows of one height (CSS pixels). */
export function useWindow(scroller: Readonly<Ref<HTMLElement | null>>, count: () => number, rowHeight: () => number) {
  const top = ref(0)
  const height = shallowRef(0)
  let observer: ResizeObserver | null = null

  const onScroll = () => { top.value = scroller.value?.scrollTop ?? 0 }
  onMounted(() => {
    observer = new ResizeObserver(() => { height.value = scroller.value?.clientHeight ?? 0 })
    if (!scroller.value) return
    observer.observe(scroller.value)
    scroller.value.addEventListener('scroll', onScroll, { passive: true })
  })
  onBeforeUnmount(() => {
    observer?.disconnect()
    scroller.value?.removeEventListener('scroll', onScroll)
  })

  const first = computed(() => Math.max(0, Math.min(Math.floor(top.value / rowHeight()), count()) - SPARE_ROWS))
  const last = computed(() => Math.min(count(), first.value + Math.ceil(height.value / rowHeight()) + 2 * SPARE_ROWS))

  /** Scrolls just far enough that a row can be seen. */
  function show(index: number): void {
    const element = scroller.value
    if (!element) return
    const from = index * rowHeight()
    if (from < element.scrollTop) element.scrollTop = from
    else if (from + rowHeight() > element.scrollTop + element.clientHeight) element.scrollTop = from + rowHeight() - element.clientHeight
  }

  return { first, last, show, total: computed(() => count() * rowHeight()) }
}
