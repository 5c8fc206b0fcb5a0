import { decodeUtf8 } from '../../base/bytes.ts'
import { MILLISECOND, SECOND } from '../../simulation/units.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { commandName, parseOptions, program } from '../userland/support.ts'
import { findPackage } from './apt-catalogue.ts'
import { aptInstall, aptRemove } from './apt-install.ts'
import { knownOrigins } from './apt-sources.ts'
import { aptUpdate } from './apt-update.ts'
import { installedPackages } from './dpkg-database.ts'

async function apt(process: ProcessContext): Promise<number> {
  const { flags, operands } = parseOptions(process.args, ['o', 'c', 't'])
  const [verb, ...names] = operands
  const yes = ['y', 'yes', 'assume-yes'].some((flag) => flags.has(flag))
  if (commandName(process) === 'apt' && !process.isTerminal(1)) await process.warn('\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n')
  switch (verb) {
    case 'update': return aptUpdate(process)
    case 'install': return aptInstall(process, names, { yes, recommends: !flags.has('no-install-recommends'), quiet: flags.has('q'), downloadOnly: flags.has('d') })
    case 'remove': case 'purge': return aptRemove(process, names, yes)
    case 'autoremove': case 'upgrade': case 'dist-upgrade': case 'full-upgrade':
      await process.print('Reading package lists...\nBuilding dependency tree...\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n')
      return 0
    case 'clean': case 'autoclean': return 0
    case 'list': return list(process)
    case 'show': return show(process, names)
    default:
      await process.warn(verb === undefined ? 'apt: no command given. Try install, update, remove, list or show.\n' : `E: Invalid operation ${verb}\n`)
      return verb === undefined ? 1 : 100
  }
}

async function list(process: ProcessContext): Promise<number> {
  await process.print('Listing...\n')
  for (const entry of installedPackages(process)) await process.print(`${entry.name}/now ${entry.version} amd64 [installed]\n`)
  return 0
}

async function show(process: ProcessContext, names: readonly string[]): Promise<number> {
  const { codename, origins } = knownOrigins(process)
  let status = 0
  for (const name of names) {
    const found = findPackage(name, codename, origins)
    if (found) await process.print(`Package: ${name}\nVersion: ${found.version}\nInstalled-Size: ${Math.round(found.installed / 1000)} kB\nDepends: ${found.depends.join(', ')}\nDownload-Size: ${Math.round(found.download / 1000)} kB\n\n`)
    else {
      await process.warn(`N: Unable to locate package ${name}\nE: No packages found\n`)
      status = 100
    }
  }
  return status
}

async function aptCache(process: ProcessContext): Promise<number> {
  const [verb, ...names] = process.args.filter((word) => !word.startsWith('-'))
  if (verb === 'show') return show(process, names)
  const { codename, origins } = knownOrigins(process)
  for (const name of names) {
    const found = findPackage(name, codename, origins)
    if (verb === 'policy') await process.print(found ? `${name}:\n  Installed: ${installedPackages(process).find((entry) => entry.name === name)?.version ?? '(none)'}\n  Candidate: ${found.version}\n` : `N: Unable to locate package ${name}\n`)
    else if (found) await process.print(`${name} - ${found.version}\n`)
  }
  return 0
}

async function dpkg(process: ProcessContext): Promise<number> {
  const { flags, operands } = parseOptions(process.args)
  const packages = installedPackages(process)
  if (flags.has('print-architecture')) await process.print('amd64\n')
  else if (flags.has('l') || flags.has('list')) {
    await process.print('Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n||/ Name                           Version                      Architecture Description\n+++-==============================-============================-============-===================\n')
    for (const entry of packages.filter(({ name }) => operands.length === 0 || operands.includes(name))) {
      await process.print(`${entry.status.endsWith(' installed') ? 'ii' : entry.status.endsWith('half-configured') ? 'iF' : 'iU'}  ${entry.name.padEnd(30)} ${entry.version.padEnd(28)} amd64        ${entry.description}\n`)
    }
  } else if (flags.has('s') || flags.has('status')) {
    const entry = packages.find(({ name }) => name === operands[0])
    if (!entry) {
      await process.warn(`dpkg-query: package '${operands[0]}' is not installed and no information is available\n`)
      return 1
    }
    await process.print(`Package: ${entry.name}\nStatus: ${entry.status}\nVersion: ${entry.version}\n`)
  } else if (flags.has('L') || flags.has('listfiles')) {
    const path = `/var/lib/dpkg/info/${operands[0]}.list`
    if (!process.files.exists(path)) {
      await process.warn(`dpkg-query: package '${operands[0]}' is not installed\n`)
      return 1
    }
    await process.print(process.files.text(path))
  } else {
    await process.warn('dpkg: only -l, -s, -L and --print-architecture are modelled in Glasshouse\n')
    return 2
  }
  return 0
}

async function debconfSetSelections(process: ProcessContext): Promise<number> {
  if (process.uid !== 0) {
    await process.warn('debconf: DbDriver "passwords" warning: could not open /var/cache/debconf/passwords.dat: Permission denied\n')
    return 1
  }
  const text = decodeUtf8(process.args[0] === undefined ? await process.readAll(0) : process.files.bytes(process.args[0]))
  process.files.makeDirectories('/var/cache/debconf')
  const stanzas = text.split('\n').flatMap((line) => {
    const match = /^(\S+)\s+(\S+)\s+(\S+)\s*(.*)$/.exec(line.trim())
    return match && !line.startsWith('#') ? [`Name: ${match[2]}\nTemplate: ${match[2]}\nValue: ${match[4]}\nOwners: ${match[1]}\nFlags: seen\n\n`] : []
  })
  const config = '/var/cache/debconf/config.dat'
  const before = process.files.exists(config) ? process.files.bytes(config) : new Uint8Array(0)
  if (before.length > 0) process.files.write(`${config}-old`, before)
  process.files.append(config, stanzas.join(''))
  // The whole template database is written anew each time: that is the layer's megabyte.
  process.files.write('/var/cache/debconf/templates.dat', { seed: `templates/${stanzas.length}`, size: 530_000 })
  process.files.write('/var/cache/debconf/templates.dat-old', { seed: 'templates', size: 530_000 })
  await process.sleep(200 * MILLISECOND)
  return 0
}

async function addRepository(process: ProcessContext): Promise<number> {
  const spec = process.args.find((word) => !word.startsWith('-')) ?? ''
  const ppa = /^ppa:([\w.+-]+)\/([\w.+-]+)$/.exec(spec)
  const { codename } = knownOrigins(process)
  if (process.uid !== 0) {
    await process.warn('Error: must run as root\n')
    return 1
  }
  if (!ppa) {
    if (!/^deb\s/.test(spec)) {
      await process.warn(`Error: '${spec}' invalid\n`)
      return 1
    }
    process.files.append('/etc/apt/sources.list', `${spec}\n`)
    return 0
  }
  const [, owner = '', name = ''] = ppa
  await process.sleep(1.5 * SECOND)
  const known = owner === 'webupd8team'
  const key = known ? 'EEA14886' : process.kernel.random.hex(8).toUpperCase()
  const random = `/tmp/tmp${process.kernel.random.hex(6)}`
  await process.print(`gpg: keyring \`${random}/secring.gpg' created\ngpg: keyring \`${random}/pubring.gpg' created\ngpg: requesting key ${key} from hkp server keyserver.ubuntu.com\n`
    + `gpg: ${random}/trustdb.gpg: trustdb created\ngpg: key ${key}: public key "Launchpad ${known ? 'VLC' : `PPA for ${owner}`}" imported\ngpg: Total number processed: 1\ngpg:               imported: 1  (RSA: 1)\nOK\n`)
  process.files.makeDirectories('/etc/apt/sources.list.d')
  process.files.write(`/etc/apt/sources.list.d/${owner}-${name}-${codename}.list`, `deb http://ppa.launchpad.net/${owner}/${name}/ubuntu ${codename} main\ndeb-src http://ppa.launchpad.net/${owner}/${name}/ubuntu ${codename} main\n`)
  for (const [file, size] of [['trusted.gpg', 12_992], ['trustdb.gpg', 1_280]] as const) process.files.write(`/etc/apt/${file}`, { seed: `${file}/${owner}`, size })
  return 0
}

async function aptKey(process: ProcessContext): Promise<number> {
  await process.warn('Warning: apt-key is deprecated. Manage keyring files in trusted.gpg.d instead (see apt-key(8)).\n')
  if (process.args.includes('-')) await process.readAll(0)
  await process.print('OK\n')
  return 0
}

export const APT_PROGRAMS = [
  program('apt-get', 'apt', apt), program('apt', 'apt', apt), program('apt-cache', 'apt', aptCache), program('apt-key', 'apt', aptKey), program('apt-mark', 'apt', async () => 0), program('dpkg', 'dpkg', dpkg), program('dpkg-query', 'dpkg', dpkg),
  program('debconf-set-selections', 'debconf', debconfSetSelections), program('add-apt-repository', 'software-properties-common', addRepository), program('dpkg-reconfigure', 'debconf', async () => 0),
  program('update-alternatives', 'dpkg', async () => 0), program('update-ca-certificates', 'ca-certificates', async (process) => process.print('Updating certificates in /etc/ssl/certs...\n0 added, 0 removed; done.\nRunning hooks in /etc/ca-certificates/update.d...\ndone.\n').then(() => 0)),
]
