import { formatMemory } from '../../app/format.ts'

const KEPT = 1000
const known = new Map<number, string>()

/** Memory as people read it. Formatting a number takes microseconds, and 10,000 VMs share a handful of sizes. */
export function memoryText(mebibytes: number): string {
  let text = known.get(mebibytes)
  if (text === undefined) {
    if (known.size >= KEPT) known.clear()
    known.set(mebibytes, (text = formatMemory(mebibytes)))
  }
  return text
}
