/** One instruction of a Dockerfile as text: where it begins and what it says, continuation lines joined. */
export interface Instruction {
  /** First line, from 1. */
  readonly line: number
  readonly endLine: number
  readonly text: string
}

const squeeze = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

/**
 * Finds the instructions of a Dockerfile well enough to tell which line is which; the core parses for real. Comments and
 * empty lines inside a continued instruction belong to it but not to its text.
 */
export function readInstructions(source: string): readonly Instruction[] {
  const found: Instruction[] = []
  const lines = source.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const first = lines[index] ?? ''
    if (first.trim() === '' || first.trimStart().startsWith('#')) continue
    const parts: string[] = []
    const start = index
    let end = index
    for (; index < lines.length; index++) {
      const line = lines[index] ?? ''
      const skipped = index > start && (line.trim() === '' || line.trimStart().startsWith('#'))
      if (skipped) continue
      end = index
      parts.push(line.replace(/\\\s*$/, ''))
      if (!/\\\s*$/.test(line)) break
    }
    found.push({ line: start + 1, endLine: end + 1, text: squeeze(parts.join(' ')) })
  }
  return found
}

/** The form in which two texts of the same instruction are equal. */
export function sameInstruction(left: string, right: string): boolean {
  const plain = (text: string): string => squeeze(text.replaceAll(/\\\s*\n/g, ' '))
  return plain(left) === plain(right)
}
