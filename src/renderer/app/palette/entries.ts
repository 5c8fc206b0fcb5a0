import type { AnyRecord } from '../../../protocol/records.ts'
import type { IconName } from '../../ui/icon-names.ts'
import { actionTitle, useActions } from '../actions/registry.ts'
import { t } from '../i18n/index.ts'
import { chordText } from '../keys.ts'
import { displayName, kindIcon } from '../look.ts'
import { useLayout } from '../stores/layout.ts'
import { useRecords } from '../stores/records.ts'
import { useSelection } from '../stores/selection.ts'
import { score } from './search.ts'

export interface Found {
  readonly key: string
  readonly title: string
  readonly detail: string
  readonly icon: IconName
  readonly keys: string
  readonly reason: string | null
  readonly score: number
  run(): void
}

const SHOWN = 60
const TYPES = ['host', 'vm', 'container', 'image', 'hypervisor', 'engine', 'network', 'rack', 'context'] as const
const EVENTS_SHOWN = 5

function actionsFor(query: string): Found[] {
  const actions = useActions()
  const subject = useSelection().record ?? null
  return actions.actions.flatMap((action) => {
    if (action.quiet || (action.applies && !(subject && action.applies(subject)))) return []
    const title = actionTitle(action).trim()
    const detail = action.applies && subject ? displayName(subject) : t(`app.group.${action.group}`)
    const rank = query ? score(query, `${title} ${detail}`) : 0
    if (rank === null) return []
    const reason = action.blocked?.(subject) ?? null
    return [{
      key: action.id, title, detail, icon: action.icon, keys: action.keys?.[0] ? chordText(action.keys[0]) : '', reason,
      score: rank - (reason ? 200 : 0), run: () => void actions.perform(action, subject),
    }]
  })
}

function go(record: AnyRecord): void {
  if (record.type === 'context') void useActions().run('context.open', record)
  else useSelection().reveal(record.id)
}

function objectsFor(query: string): Found[] {
  const records = useRecords()
  const found: Found[] = []
  for (const type of TYPES) {
    for (const record of records.all(type).values()) {
      const title = displayName(record)
      const rank = score(query, title)
      if (rank === null) continue
      found.push({ key: record.id, title, detail: t(`app.kind.${type}`), icon: kindIcon(record), keys: '', reason: null, score: rank + 50, run: () => go(record) })
    }
  }
  return found
}

function eventsFor(query: string): Found[] {
  const matches = [...useRecords().all('event').values()].filter((event) => event.text.toLocaleLowerCase().includes(query.toLocaleLowerCase()))
  return matches.sort((a, b) => b.at - a.at).slice(0, EVENTS_SHOWN).map((event) => ({
    key: event.id, title: event.text, detail: t('app.kind.event'), icon: 'doc', keys: '', reason: null, score: 100,
    run: () => {
      useLayout().show('timeline')
      if (event.subject) useSelection().reveal(event.subject)
    },
  }))
}

/** Commands, objects and events that answer what was typed, best first. With nothing typed: what can be done now. */
export function findAnything(query: string): readonly Found[] {
  const found = query ? [...actionsFor(query), ...objectsFor(query), ...eventsFor(query)] : actionsFor('').filter((each) => each.reason === null)
  return found.sort((a, b) => b.score - a.score).slice(0, SHOWN)
}
