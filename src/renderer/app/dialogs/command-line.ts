import type { PortMapping } from '../../../protocol/records.ts'

/** Splits a command as a shell would: at blanks, but not inside quotes. */
export function splitCommand(text: string): string[] {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (const letter of text) {
    if (quote) {
      if (letter === quote) quote = ''
      else word = (word ?? '') + letter
    } else if (letter === '"' || letter === "'") {
      quote = letter
      word ??= ''
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + letter
  }
  if (word !== null) words.push(word)
  return words
}

const PORT = /^(\d{1,5}):(\d{1,5})(?:\/(tcp|udp))?$/

/** Reads `8080:80 53:53/udp`, as after `docker run -p`; null when a part is not a mapping. */
export function parsePorts(text: string): PortMapping[] | null {
  const ports: PortMapping[] = []
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const match = PORT.exec(part)
    const hostPort = Number(match?.[1])
    const containerPort = Number(match?.[2])
    if (!match || !(hostPort >= 1 && hostPort <= 65535 && containerPort >= 1 && containerPort <= 65535)) return null
    ports.push({ hostPort, containerPort, protocol: match[3] === 'udp' ? 'udp' : 'tcp' })
  }
  return ports
}
