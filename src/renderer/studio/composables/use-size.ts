import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'

/** Width and height of an element in CSS pixels, 0 until it is there. */
export function useSize(element: Readonly<Ref<HTMLElement | null>>) {
  const width = shallowRef(0)
  const height = shallowRef(0)
  const observer = new ResizeObserver(([entry]) => {
    if (!entry) return
    width.value = entry.contentRect.width
    height.value = entry.contentRect.height
  })
  watch(element, (now, before) => {
    if (before) observer.unobserve(before)
    if (now) observer.observe(now)
  }, { immediate: true, flush: 'post' })
  onScopeDispose(() => observer.disconnect())
  return { width, height }
}
