/** A tag to propose for a build folder: lower case, only what a reference may hold. `Course: Java 7` is `course-java-7`. */
export function proposeTag(contextName: string): string {
  const name = contextName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '')
  return `${name === '' ? 'image' : name}:latest`
}

/** `8080:80, 9000:9000/udp` to mappings; null when it cannot be read. An empty text is no mapping. */
export function readPorts(text: string): readonly { hostPort: number; containerPort: number; protocol: 'tcp' | 'udp' }[] | null {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  const ports = parts.map((part) => {
    const match = /^(\d{1,5}):(\d{1,5})(?:\/(tcp|udp))?$/.exec(part)
    if (match === null) return null
    const hostPort = Number(match[1])
    const containerPort = Number(match[2])
    const inRange = [hostPort, containerPort].every((port) => port >= 1 && port <= 65535)
    return inRange ? { hostPort, containerPort, protocol: match[3] === 'udp' ? 'udp' as const : 'tcp' as const } : null
  })
  return ports.includes(null) ? null : ports.filter((port) => port !== null)
}

/** Ports to propose for an image that exposes `80/tcp`: above 8000, so that no root is needed on the host. */
export function proposePorts(exposed: readonly string[]): string {
  return exposed
    .map((entry) => /^(\d+)(?:\/(tcp|udp))?$/.exec(entry))
    .filter((match) => match !== null)
    .map(([, port, protocol]) => {
      const inside = Number(port)
      return `${inside < 1024 ? inside + 8000 : inside}:${inside}${protocol === 'udp' ? '/udp' : ''}`
    })
    .join(', ')
}

/**
 * Splits a command line into words, with '…' and "…" kept together and a backslash taking the next character as it is.
 * Null when a quote stays open.
 */
export function splitCommand(line: string): readonly string[] | null {
  const words: string[] = []
  let word: string | null = null
  let quote: '"' | '\'' | null = null
  for (let index = 0; index < line.length; index++) {
    const char = line[index] ?? ''
    if (quote !== null) {
      if (char === quote) quote = null
      else if (char === '\\' && quote === '"' && index + 1 < line.length) word = (word ?? '') + (line[++index] ?? '')
      else word = (word ?? '') + char
    } else if (char === '"' || char === '\'') {
      quote = char
      word ??= ''
    } else if (char === '\\' && index + 1 < line.length) {
      word = (word ?? '') + (line[++index] ?? '')
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word)
      word = null
    } else {
      word = (word ?? '') + char
    }
  }
  if (quote !== null) return null
  return word === null ? words : [...words, word]
}
