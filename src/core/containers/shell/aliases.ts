/** Replaces an alias that begins a line; nested ones too, each once. */
export function expandAliases(text: string, aliases: ReadonlyMap<string, string>): string {
  const used = new Set<string>()
  let result = text
  for (;;) {
    const word = /^\s*([^\s;|&<>()$'"\\]+)/.exec(result)?.[1]
    const value = word === undefined || used.has(word) ? undefined : aliases.get(word)
    if (word === undefined || value === undefined) return result
    used.add(word)
    result = result.replace(word, () => value)
  }
}
