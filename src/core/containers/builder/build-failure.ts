import type { LineRange } from '../dockerfile/nodes.ts'

/** A build that cannot go on, in BuildKit's words. */
export class BuildFailure extends Error {
  override readonly name = 'BuildFailure'
  /** Null when no line is to blame. */
  readonly lines: LineRange | null
  /** Of the process that failed, null where none did. */
  readonly exitCode: number | null

  constructor(message: string, lines: LineRange | null = null, exitCode: number | null = null) {
    super(message)
    this.lines = lines
    this.exitCode = exitCode
  }
}

/** Somebody cancelled the build. */
export class BuildCancelled extends Error {
  override readonly name = 'BuildCancelled'
}

/** The lines around an error, with `>>>` before those to blame, as buildx prints them. */
export function sourceExcerpt(file: string, text: string, lines: LineRange): string {
  const all = text.split('\n')
  const first = Math.max(lines.start, 1)
  let start = first
  let end = Math.min(Math.max(lines.end, first), all.length)
  const wanted = start === end ? 4 : 2
  for (let shown = 0; shown < wanted; shown++) {
    if (start > 1) {
      start--
      shown++
    }
    if (end < all.length) {
      end++
      shown++
    }
  }
  const rule = '--------------------'
  const body = all.slice(start - 1, end).map((line, i) => {
    const number = start + i
    return ` ${String(number).padStart(3)} | ${number >= first && number <= lines.end ? '>>>' : '   '} ${line}`
  })
  return `${file}:${first}\n${rule}\n${body.join('\n')}\n${rule}\n`
}
