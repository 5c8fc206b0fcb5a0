import type { Evidence, FailureCell, TheoremResult } from '../../../protocol/classifier.ts'
import { t, tn } from '../../app/i18n/index.ts'

/** What was seen, as a sentence: one run before and after, or two that differ. */
export function evidenceSentence({ what, values: [a, b], runs: [first = '', second] }: Evidence): string {
  return second === undefined ? t('classifier.evidence.change', { what, before: a, after: b, run: first }) : t('classifier.evidence.differ', { what, a, b, first, second })
}

/** What an instruction did in a ring, e.g. `runs`, `differs or #GP`, `#GP`. */
export function ringWords(cell: string): string {
  const [ran = '', fault] = cell.split(' or ')
  const words = ran === 'runs' || ran === 'differs' ? t(`classifier.seen.${ran}`) : ran === '' ? t('classifier.seen.none') : ran
  return fault === undefined ? words : t('classifier.seen.or', { ran: words, fault })
}

/** Who breaks a theorem; empty where it holds. */
export function brokenBy({ holds, violators, entries, unlisted }: TheoremResult): string {
  if (holds) return ''
  const listed = entries.length > 0 ? tn('classifier.verdict.entries', entries.length) : ''
  const others = unlisted.map((name) => name.split(' ')[0]!.toUpperCase()).join(', ')
  return tn('classifier.verdict.broken', violators.length, { entries: listed && others ? t('classifier.verdict.and', { listed, unlisted: others }) : listed || others })
}

/** The first value that is not as on bare metal, or what ended the guest. */
export function cellWords({ outcome, checks, fault }: FailureCell): string {
  if (outcome === 'right') return t('classifier.failures.right')
  const wrong = checks.find(({ got, expected }) => got !== expected)
  return wrong ? t('classifier.failures.wrong', { got: wrong.got }) : fault ?? t('classifier.failures.fault')
}
