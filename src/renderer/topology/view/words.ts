import { i18n, t } from '../../app/i18n/index.ts'
import type { Words } from '../scene/types.ts'

interface Template {
  /** Text and names of values in turn, beginning with text. */
  readonly parts: readonly string[]
}

/**
 * The strings of the topology. A room has 100,000 of them, so each message is asked of the catalogue once and filled in
 * here; another language starts afresh.
 */
export function topologyWords(): Words {
  let locale = ''
  const templates = new Map<string, Template>()
  return (key, values) => {
    if (locale !== i18n.global.locale.value) {
      locale = i18n.global.locale.value
      templates.clear()
    }
    let template = templates.get(key)
    if (!template) {
      const names = Object.keys(values ?? {})
      const message = t(`topology.${key}`, Object.fromEntries(names.map((name) => [name, `\u0000${name}\u0000`])))
      templates.set(key, (template = { parts: message.split('\u0000') }))
    }
    const { parts } = template
    if (parts.length === 1 || !values) return parts[0] ?? ''
    return parts.map((part, at) => (at % 2 === 0 ? part : String(values[part] ?? ''))).join('')
  }
}
