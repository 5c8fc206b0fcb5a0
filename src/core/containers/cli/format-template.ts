import { UsageError } from './options.ts'

/**
 * Fills a Go template as `--format` takes it: text with `{{.Field.Path}}` and `{{json .Field.Path}}` in it. Throws a UsageError in the
 * client's words for a field that is not there, and one that says so for the rest of the language.
 */
export function fillTemplate(template: string, object: object): string {
  return template.replace(/\{\{-?\s*(.*?)\s*-?\}\}/g, (_whole, action: string, at: number) => {
    const match = /^(json\s+)?(\.[\w.]*)$/.exec(action)
    if (!match) throw new UsageError(`--format: {{${action}}} is not modelled yet in Glasshouse, only {{.Field}} and {{json .Field}}`)
    const [, json, path = '.'] = match
    const value = fieldOf(object, path, at)
    return json === undefined ? plain(value) : JSON.stringify(value ?? null)
  })
}

function fieldOf(object: unknown, path: string, at: number): unknown {
  let value = object
  for (const name of path.split('.').filter((part) => part !== '')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) {
      throw new UsageError(`template parsing error: template: :1:${at + 2}: executing "" at <${path}>: map has no entry for key ${JSON.stringify(name)}`)
    }
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return value
}

/** As Go prints a value: `[a b]`, `map[k:v]` with sorted keys. */
function plain(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(plain).join(' ')}]`
  if (typeof value === 'object') return `map[${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => `${key}:${plain(each)}`).join(' ')}]`
  return typeof value === 'string' ? value : JSON.stringify(value)
}
