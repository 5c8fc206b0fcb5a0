export interface FromProposal {
  readonly label: string
  /** Offset in the line from which the label replaces what stands there. */
  readonly start: number
}

/**
 * What can follow at the end of a `FROM` line: names of the offline registry's images, and after a colon their tags.
 * Null when the line is not about an image's name.
 */
export function fromProposals(line: string, references: readonly string[]): readonly FromProposal[] | null {
  const match = /^\s*FROM\s+(?:--\S+\s+)*(\S*)$/i.exec(line)
  if (!match) return null
  const typed = match[1] ?? ''
  const colon = typed.lastIndexOf(':')
  const names = references.map((reference) => ({ name: reference.slice(0, reference.lastIndexOf(':')), tag: reference.slice(reference.lastIndexOf(':') + 1) }))
  if (colon < 0) return [...new Set(names.map(({ name }) => name))].map((label) => ({ label, start: line.length - typed.length }))
  const image = typed.slice(0, colon)
  return names.filter(({ name }) => name === image).map(({ tag }) => ({ label: tag, start: line.length - typed.length + colon + 1 }))
}
