import type { Diagnostic } from '../../../protocol/commands.ts'

const RANK: Readonly<Record<Diagnostic['severity'], number>> = { error: 0, warning: 1, info: 2 }

/** Top to bottom, and in one line the gravest first. */
export function sortProblems(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((a, b) => a.line - b.line || RANK[a.severity] - RANK[b.severity] || a.column - b.column || (a.rule < b.rule ? -1 : 1))
}

export interface LineProblems {
  readonly count: number
  readonly severity: Diagnostic['severity']
  readonly messages: readonly string[]
}

/** For each line that has problems: how many, and how grave the gravest is. */
export function problemsByLine(diagnostics: readonly Diagnostic[]): ReadonlyMap<number, LineProblems> {
  const byLine = new Map<number, LineProblems>()
  for (const { line, severity, message } of sortProblems(diagnostics)) {
    const before = byLine.get(line)
    byLine.set(line, {
      count: (before?.count ?? 0) + 1,
      severity: before?.severity ?? severity,
      messages: [...(before?.messages ?? []), message],
    })
  }
  return byLine
}
