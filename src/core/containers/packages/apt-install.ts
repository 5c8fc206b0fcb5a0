import { decodeUtf8 } from '../../base/bytes.ts'
import { SECOND, MILLISECOND } from '../../simulation/units.ts'
import { programFile } from '../filesystem/program-file.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { findPackage, aptRelease, type AptPackage } from './apt-catalogue.ts'
import { knownOrigins } from './apt-sources.ts'
import { fetched, humanBytes, wrapped } from './apt-words.ts'
import { ppaIsEmpty } from './apt-update.ts'
import { forgetPackage, installedPackages, recordPackage } from './dpkg-database.ts'
import { installOracleJava } from './oracle-java.ts'

const BYTES_A_SECOND = 5_000_000
const UNPACK_BYTES_A_SECOND = 60_000_000

export interface InstallOptions {
  readonly yes: boolean
  readonly recommends: boolean
  readonly quiet: boolean
  readonly downloadOnly: boolean
}

interface Plan {
  readonly requested: readonly AptPackage[]
  readonly extra: readonly AptPackage[]
  /** In the order of installation: dependencies first. */
  readonly order: readonly AptPackage[]
  readonly already: readonly string[]
}

export async function aptInstall(process: ProcessContext, names: readonly string[], options: InstallOptions): Promise<number> {
  if (process.uid !== 0) {
    await process.warn('E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n')
    return 100
  }
  await process.print('Reading package lists...\n')
  await process.sleep(300 * MILLISECOND)
  await process.print('Building dependency tree...\nReading state information...\n')
  const { codename, origins } = knownOrigins(process)
  const apt = Number(aptRelease(codename)?.apt ?? 2)
  const find = (name: string): AptPackage | undefined => {
    const found = findPackage(name, codename, origins)
    return found?.origin === 'webupd8team/java' && ppaIsEmpty(process) ? undefined : found
  }
  const plain = names.map((name) => name.replace(/[=/].*$/, '').replace(/:amd64$/, ''))
  const installed = new Set(installedPackages(process).filter((entry) => entry.status.endsWith(' installed')).map((entry) => entry.name))
  const unknown = plain.filter((name) => !find(name) && !installed.has(name))
  for (const name of unknown) await process.warn(`E: Unable to locate package ${name}\n`)
  if (unknown.length > 0) return 100
  const badVersion = names.find((name) => name.includes('=') && !versionFits(name.split('=')[1]!, find(name.split('=')[0]!)?.version ?? ''))
  if (badVersion !== undefined) {
    const [name, version] = badVersion.split('=')
    await process.warn(`E: Version '${version}' for '${name}' was not found\n`)
    return 100
  }
  const plan = makePlan(plain, find, installed, options.recommends)
  return carryOut(process, plan, options, apt)
}

const versionFits = (wanted: string, version: string): boolean => (wanted.endsWith('*') ? version.startsWith(wanted.slice(0, -1)) : wanted === version)

function makePlan(names: readonly string[], find: (name: string) => AptPackage | undefined, installed: ReadonlySet<string>, recommends: boolean): Plan {
  const order: AptPackage[] = []
  const seen = new Set<string>()
  const visit = (name: string): void => {
    if (seen.has(name) || installed.has(name)) return
    seen.add(name)
    const found = find(name)
    // What the catalogue does not carry is part of every base image.
    if (!found) return
    for (const dependency of [...found.depends, ...(recommends ? found.recommends : [])]) visit(dependency)
    order.push(found)
  }
  for (const name of names) visit(name)
  const requested = order.filter((entry) => names.includes(entry.name))
  return { requested, extra: order.filter((entry) => !names.includes(entry.name)), order, already: names.filter((name) => installed.has(name)) }
}

async function carryOut(process: ProcessContext, plan: Plan, options: InstallOptions, apt: number): Promise<number> {
  for (const name of plan.already) await process.print(`${name} is already the newest version.\n`)
  const sorted = (list: readonly AptPackage[]): string[] => list.map((entry) => entry.name).sort()
  if (plan.extra.length > 0) await process.print(`The following ${apt < 1.1 ? 'extra' : 'additional'} packages will be installed:\n${wrapped(sorted(plan.extra))}`)
  if (plan.order.length > 0) await process.print(`The following NEW packages will be installed:\n${wrapped(sorted(plan.order))}`)
  await process.print(`0 upgraded, ${plan.order.length} newly installed, 0 to remove and 0 not upgraded.\n`)
  if (plan.order.length === 0) return 0
  const download = plan.order.reduce((sum, entry) => sum + entry.download, 0)
  const space = plan.order.reduce((sum, entry) => sum + entry.installed, 0)
  await process.print(`Need to get ${humanBytes(download)} of archives.\nAfter this operation, ${humanBytes(space)} of additional disk space will be used.\n`)
  if (!options.yes && (plan.extra.length > 0 || plan.requested.length === 0) && !(await confirm(process))) return 1
  const status = await fetchArchives(process, plan, download, apt)
  if (status !== 0 || options.downloadOnly) return status
  return unpackAndConfigure(process, plan, apt < 1)
}

/** Asks; without anyone to answer apt gives up, which is why build files say -y. */
async function confirm(process: ProcessContext): Promise<boolean> {
  await process.print('Do you want to continue? [Y/n] ')
  const answer = decodeUtf8(await process.read(0, 100))
  if (/^(y|\s*$)/i.test(answer) && answer !== '') return true
  await process.print('Abort.\n')
  return false
}

async function fetchArchives(process: ProcessContext, plan: Plan, download: number, apt: number): Promise<number> {
  const started = process.kernel.simulation.now
  for (const [index, entry] of plan.order.entries()) {
    await process.sleep(30 * MILLISECOND + (entry.download / BYTES_A_SECOND) * SECOND)
    const archive = entry.origin.includes('/') ? `http://ppa.launchpad.net/${entry.origin}/ubuntu` : aptRelease(entry.origin)?.distribution === 'debian' ? 'http://deb.debian.org/debian' : 'http://archive.ubuntu.com/ubuntu'
    const suite = `${entry.origin.includes('/') ? 'precise' : entry.origin}/main`
    await process.print(`Get:${index + 1} ${apt < 1.1 ? `${archive}/ ${suite}` : `${archive} ${suite} amd64`} ${entry.name} amd64 ${entry.version} [${humanBytes(entry.download)}]\n`)
  }
  await process.print(fetched(download, Math.max(1, (process.kernel.simulation.now - started) / SECOND)))
  await process.warn('debconf: delaying package configuration, since apt-utils is not installed\n')
  return 0
}

async function unpackAndConfigure(process: ProcessContext, plan: Plan, old: boolean): Promise<number> {
  const count = 4_000 + installedPackages(process).length * 37
  for (const entry of plan.order) {
    await process.print(`Selecting previously unselected package ${entry.name}.\n${entry === plan.order[0] ? `(Reading database ... ${count} files and directories currently installed.)\n` : ''}`)
    await process.print(old ? `Unpacking ${entry.name} (from .../${archiveName(entry)}) ...\n` : `Preparing to unpack .../${archiveName(entry)} ...\nUnpacking ${entry.name} (${entry.version}) ...\n`)
    await process.sleep(40 * MILLISECOND + (entry.installed / UNPACK_BYTES_A_SECOND) * SECOND)
    placeFiles(process, entry)
    recordPackage(process, entry, 'install ok unpacked')
  }
  for (const entry of plan.order) {
    await process.print(`Setting up ${entry.name} (${entry.version}) ...\n`)
    await process.sleep(25 * MILLISECOND)
    const failed = entry.name === 'oracle-java7-installer' && !(await installOracleJava(process))
    recordPackage(process, entry, failed ? 'install ok half-configured' : 'install ok installed')
    if (failed) return configurationFailed(process, entry.name, old)
  }
  const library = installedPackages(process).find(({ name }) => name === 'libc-bin')?.version
  await process.print(old ? 'Processing triggers for libc-bin ...\nldconfig deferred processing now taking place\n' : `Processing triggers for libc-bin ${library === undefined ? '' : `(${library}) `}...\n`)
  return 0
}

async function configurationFailed(process: ProcessContext, name: string, old: boolean): Promise<number> {
  await process.warn(`dpkg: error processing ${old ? name : `package ${name}`} (--configure):\n subprocess installed post-installation script returned error exit status 1\n`)
  await process.print(`Errors were encountered while processing:\n ${name}\n`)
  await process.warn('E: Sub-process /usr/bin/dpkg returned an error code (1)\n')
  return 100
}

const archiveName = (entry: AptPackage): string => `${entry.name}_${entry.version.replace(':', '%3a')}_amd64.deb`

/** The package's programs as program files, and everything else as one sized stand-in. */
export function placeFiles(process: ProcessContext, entry: AptPackage): void {
  const { files } = process
  let left = entry.installed
  for (const path of entry.programs) {
    const name = path.split('/').at(-1)!
    const size = Math.min(left, Math.max(20_000, Math.round(entry.installed / (entry.programs.length + 2))))
    files.makeDirectories(path.replace(/\/[^/]*$/, ''))
    if (files.stat(path, false)) files.unlink(path)
    files.write(path, programFile(name, size))
    files.chmod(path, 0o755)
    left -= size
  }
  const documents = `/usr/share/doc/${entry.name}`
  files.makeDirectories(documents)
  files.write(`${documents}/copyright`, `${entry.name} ${entry.version}: see the upstream project for its licence.\n`)
  if (left > 0) {
    files.makeDirectories(`/usr/lib/${entry.name}`)
    files.write(`/usr/lib/${entry.name}/data`, { seed: `${entry.name}=${entry.version}`, size: left })
  }
  configurationFiles(process, entry.name)
  files.makeDirectories('/var/lib/dpkg/info')
  files.write(`/var/lib/dpkg/info/${entry.name}.list`, ['/.', ...entry.programs, documents, ''].join('\n'))
}

function configurationFiles(process: ProcessContext, name: string): void {
  const { files } = process
  if (name === 'nginx-common') {
    for (const directory of ['/etc/nginx/conf.d', '/var/www/html', '/var/log/nginx']) files.makeDirectories(directory)
    files.write('/etc/nginx/nginx.conf', 'user www-data;\nworker_processes auto;\npid /run/nginx.pid;\nevents { worker_connections 768; }\nhttp {\n  access_log /var/log/nginx/access.log;\n  error_log /var/log/nginx/error.log;\n  server {\n    listen 80 default_server;\n    root /var/www/html;\n    index index.html index.nginx-debian.html;\n  }\n}\n')
    files.write('/var/www/html/index.nginx-debian.html', '<!DOCTYPE html>\n<html><head><title>Welcome to nginx!</title></head>\n<body><h1>Welcome to nginx!</h1></body></html>\n')
  }
  if (name === 'ca-certificates') {
    files.makeDirectories('/etc/ssl/certs')
    files.write('/etc/ssl/certs/ca-certificates.crt', { seed: 'ca-certificates.crt', size: 213_777 })
  }
}

export async function aptRemove(process: ProcessContext, names: readonly string[], yes: boolean): Promise<number> {
  await process.print('Reading package lists...\nBuilding dependency tree...\n')
  const installed = installedPackages(process)
  const present = names.filter((name) => installed.some((entry) => entry.name === name))
  for (const name of names.filter((entry) => !present.includes(entry))) await process.print(`Package '${name}' is not installed, so not removed\n`)
  if (present.length > 0) await process.print(`The following packages will be REMOVED:\n${wrapped(present)}`)
  await process.print(`0 upgraded, 0 newly installed, ${present.length} to remove and 0 not upgraded.\n`)
  if (present.length > 0 && !yes && !(await confirm(process))) return 1
  for (const name of present) {
    await process.print(`Removing ${name} ...\n`)
    const list = `/var/lib/dpkg/info/${name}.list`
    for (const path of process.files.exists(list) ? process.files.text(list).split('\n').filter((line) => line !== '') : []) if (process.files.stat(path, false)?.kind === 'file') process.files.unlink(path)
    if (process.files.exists(`/usr/lib/${name}/data`)) process.files.unlink(`/usr/lib/${name}/data`)
    forgetPackage(process, name)
  }
  return 0
}
