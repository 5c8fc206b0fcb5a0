import type { ProcessContext } from '../runtime/process-context.ts'
import type { AptPackage } from './apt-catalogue.ts'

const STATUS = '/var/lib/dpkg/status'

export interface InstalledPackage {
  readonly name: string
  readonly version: string
  /** `install ok installed`, `install ok half-configured`, … */
  readonly status: string
  readonly description: string
}

export function installedPackages(process: ProcessContext): InstalledPackage[] {
  if (!process.files.may(STATUS, 'read')) return []
  return process.files.text(STATUS).split(/\n\n+/).flatMap((stanza) => {
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? ''
    return field('Package') === '' ? [] : [{ name: field('Package'), version: field('Version'), status: field('Status'), description: field('Description') }]
  })
}

/** Adds or replaces a package's stanza. */
export function recordPackage(process: ProcessContext, added: AptPackage, status: string): void {
  const before = process.files.may(STATUS, 'read') ? process.files.text(STATUS).split(/\n\n+/).filter((stanza) => stanza.trim() !== '' && !stanza.startsWith(`Package: ${added.name}\n`)) : []
  const stanza = `Package: ${added.name}\nStatus: ${status}\nPriority: optional\nInstalled-Size: ${Math.round(added.installed / 1024)}\nArchitecture: amd64\nVersion: ${added.version}\n${added.depends.length > 0 ? `Depends: ${added.depends.join(', ')}\n` : ''}Description: ${added.name}`
  process.files.makeDirectories('/var/lib/dpkg/info')
  process.files.write(STATUS, `${[...before.map((text) => text.trim()), stanza].join('\n\n')}\n\n`)
}

export function forgetPackage(process: ProcessContext, name: string): void {
  process.files.write(STATUS, `${process.files.text(STATUS).split(/\n\n+/).filter((stanza) => stanza.trim() !== '' && !stanza.startsWith(`Package: ${name}\n`)).join('\n\n').trim()}\n\n`)
}
