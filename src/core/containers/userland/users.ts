import type { ProcessContext } from '../runtime/process-context.ts'
import { accounts, findAccount, findGroup, groups, groupsOf, type Account } from './accounts.ts'
import { baseName, commandName, parseOptions, program, reasonOf } from './support.ts'

/** What `useradd`, Debian's `adduser` and busybox's understand alike. */
const VALUES = ['u', 'uid', 'g', 'gid', 'G', 'groups', 'ingroup', 'd', 'home', 'home-dir', 'h', 's', 'shell', 'c', 'comment', 'gecos', 'k', 'K', 'p', 'b']

async function addUser(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, VALUES)
  const [name, group] = operands
  const tool = commandName(process)
  if (name === undefined) {
    await process.warn(`${tool}: Only one or two names allowed.\n`)
    return 1
  }
  if (process.uid !== 0) {
    await process.warn(tool === 'useradd' ? `useradd: Permission denied.\nuseradd: cannot lock /etc/passwd; try again later.\n` : `${tool}: Only root may add a user or group to the system.\n`)
    return 1
  }
  if (group !== undefined) return addMember(process, name, group)
  if (findAccount(process, name)) {
    await process.warn(tool === 'useradd' ? `useradd: user '${name}' already exists\n` : `${tool}: The user \`${name}' already exists.\n`)
    return tool === 'useradd' ? 9 : 1
  }
  const system = flags.has('r') || flags.has('system') || flags.has('S')
  const uid = Number(values.get('u') ?? values.get('uid') ?? nextId(accounts(process).map((account) => account.uid), system))
  const wanted = values.get('g') ?? values.get('gid') ?? values.get('ingroup') ?? values.get('G')
  const primary = wanted === undefined ? undefined : (findGroup(process, wanted)?.gid ?? (/^\d+$/.test(wanted) ? Number(wanted) : undefined))
  if (wanted !== undefined && primary === undefined) {
    await process.warn(`${tool}: group '${wanted}' does not exist\n`)
    return 6
  }
  const gid = primary ?? (findGroup(process, String(uid)) ? nextId(groups(process).map((entry) => entry.gid), system) : uid)
  const home = values.get('d') ?? values.get('home') ?? values.get('home-dir') ?? values.get('h') ?? `/home/${name}`
  const shell = values.get('s') ?? values.get('shell') ?? (tool === 'adduser' && !system ? '/bin/bash' : system && tool === 'adduser' ? '/usr/sbin/nologin' : '/bin/sh')
  return record(process, async () => {
    if (primary === undefined) process.files.append('/etc/group', `${name}:x:${gid}:\n`)
    process.files.append('/etc/passwd', `${name}:x:${uid}:${gid}:${values.get('c') ?? values.get('gecos') ?? ''}:${home}:${shell}\n`)
    if (process.files.exists('/etc/shadow')) process.files.append('/etc/shadow', `${name}:!:19000:0:99999:7:::\n`)
    const makesHome = tool === 'useradd' ? flags.has('m') || flags.has('create-home') : !system && !flags.has('no-create-home') && !flags.has('H')
    if (makesHome) makeHome(process, home, uid, gid)
    for (const extra of (tool === 'useradd' ? (values.get('G') ?? values.get('groups') ?? '') : '').split(',').filter((word) => word !== '')) await addMember(process, name, extra)
    if (tool === 'adduser' && !flags.has('D') && !flags.has('S') && !flags.has('quiet')) await process.print(`Adding user \`${name}' ...\n`)
  })
}

function makeHome(process: ProcessContext, home: string, uid: number, gid: number): void {
  process.files.makeDirectories(home)
  if (process.files.isDirectory('/etc/skel')) for (const name of process.files.list('/etc/skel')) {
    process.files.write(`${home}/${name}`, process.files.body(`/etc/skel/${name}`))
    process.files.chown(`${home}/${name}`, { uid, gid })
  }
  process.files.chown(home, { uid, gid })
}

async function addGroup(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['g', 'gid'])
  const [name, group] = operands
  if (name === undefined) return 1
  if (group !== undefined) return addMember(process, name, group)
  const known = findGroup(process, name)
  if (known) {
    if (flags.has('f') || flags.has('system')) return 0
    await process.warn(`${commandName(process)}: group '${name}' already exists\n`)
    return commandName(process) === 'groupadd' ? 9 : 1
  }
  const gid = Number(values.get('g') ?? values.get('gid') ?? nextId(groups(process).map((entry) => entry.gid), flags.has('r') || flags.has('system') || flags.has('S')))
  return record(process, async () => process.files.append('/etc/group', `${name}:x:${gid}:\n`))
}

async function modifyUser(process: ProcessContext): Promise<number> {
  const { values, operands } = parseOptions(process.args, VALUES)
  const [name = ''] = operands
  const account = findAccount(process, name)
  if (!account) {
    await process.warn(`usermod: user '${name}' does not exist\n`)
    return 6
  }
  for (const group of (values.get('G') ?? '').split(',').filter((word) => word !== '')) if ((await addMember(process, name, group)) !== 0) return 6
  const changed: Account = { ...account, shell: values.get('s') ?? account.shell, home: values.get('d') ?? account.home, uid: Number(values.get('u') ?? account.uid) }
  return record(process, async () => process.files.write('/etc/passwd', process.files.text('/etc/passwd').replace(new RegExp(`^${name}:.*$`, 'm'), `${name}:x:${changed.uid}:${changed.gid}::${changed.home}:${changed.shell}`)))
}

async function removeUser(process: ProcessContext): Promise<number> {
  const name = process.args.find((word) => !word.startsWith('-')) ?? ''
  const path = baseName(process.argv[0]!).includes('group') ? '/etc/group' : '/etc/passwd'
  if (!process.files.text(path).split('\n').some((line) => line.startsWith(`${name}:`))) {
    await process.warn(`${commandName(process)}: ${path === '/etc/group' ? 'group' : 'user'} '${name}' does not exist\n`)
    return 6
  }
  return record(process, async () => process.files.write(path, process.files.text(path).split('\n').filter((line) => !line.startsWith(`${name}:`)).join('\n')))
}

async function addMember(process: ProcessContext, user: string, group: string): Promise<number> {
  const entry = findGroup(process, group)
  if (!entry) {
    await process.warn(`${commandName(process)}: group '${group}' does not exist\n`)
    return 6
  }
  if (entry.members.includes(user)) return 0
  return record(process, async () => process.files.write('/etc/group', process.files.text('/etc/group').replace(new RegExp(`^(${entry.name}:[^:]*:[^:]*:)(.*)$`, 'm'), (_, head: string, members: string) => head + (members === '' ? user : `${members},${user}`))))
}

async function record(process: ProcessContext, change: () => Promise<void> | void): Promise<number> {
  try {
    await change()
    return 0
  } catch (error) {
    await process.warn(`${commandName(process)}: ${reasonOf(error)}\n`)
    return 1
  }
}

function nextId(taken: readonly number[], system: boolean): number {
  let id = system ? 999 : 1000
  while (taken.includes(id)) id += system ? -1 : 1
  return id
}

/** Runs a command as another user in a child. */
async function runAs(process: ProcessContext, account: Account, words: readonly string[], home: boolean): Promise<number> {
  const env = new Map(process.env)
  env.set('USER', account.name).set('LOGNAME', account.name)
  if (home) env.set('HOME', account.home)
  const path = process.findProgram(words[0]!)
  if (path === undefined) {
    await process.warn(`${commandName(process)}: ${words[0]}: command not found\n`)
    return commandName(process) === 'sudo' ? 1 : 127
  }
  const child = process.spawn(path, { argv: words, env, credentials: { uid: account.uid, gid: account.gid, groups: groupsOf(process, account) } })
  const result = await process.wait(child)
  return result && result.status !== 'stopped' ? result.status.code : 1
}

async function sudo(process: ProcessContext): Promise<number> {
  const words = [...process.args]
  let user = 'root'
  const assignments: [string, string][] = []
  while (words.length > 0 && (/^-/.test(words[0]!) || /^\w+=/.test(words[0]!))) {
    const word = words.shift()!
    if (word === '-u' || word === '-g') user = words.shift() ?? 'root'
    if (!word.startsWith('-')) assignments.push([word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)])
    if (word === '--') break
  }
  const account = findAccount(process, user)
  const caller = findAccount(process, String(process.uid))
  if (!account || words.length === 0) {
    await process.warn(account ? 'usage: sudo -h | -K | -k | -V\nusage: sudo [-u user] [VAR=value] [command]\n' : `sudo: unknown user ${user}\n`)
    return 1
  }
  if (process.uid !== 0 && !(caller && groups(process).some((group) => (group.name === 'sudo' || group.name === 'wheel') && group.members.includes(caller.name)))) {
    await process.warn(`${caller?.name ?? process.uid} is not in the sudoers file.\n`)
    return 1
  }
  for (const [name, value] of assignments) process.env.set(name, value)
  return runAs(process, account, words, true)
}

async function su(process: ProcessContext): Promise<number> {
  const { values, operands, flags } = parseOptions(process.args.filter((word) => word !== '-'), ['c', 's', 'command'])
  const account = findAccount(process, operands[0] ?? 'root')
  if (!account) {
    await process.warn(`su: user ${operands[0]} does not exist or the user entry does not contain all the required fields\n`)
    return 1
  }
  if (process.uid !== 0) {
    await process.warn('su: Authentication failure\n')
    return 1
  }
  const command = values.get('c') ?? values.get('command')
  if (flags.has('l') || process.args.includes('-')) process.process.cwd = process.files.isDirectory(account.home) ? account.home : '/'
  return runAs(process, account, [values.get('s') ?? account.shell, ...(command === undefined ? [] : ['-c', command])], true)
}

/** gosu, su-exec, chpst: become the user, then the program. */
async function stepDown(process: ProcessContext): Promise<number> {
  const [spec = '', ...words] = process.args
  const account = findAccount(process, spec.split(':')[0]!)
  return account && words.length > 0 ? runAs(process, account, words, true) : 1
}

export const USERS = [
  program('useradd', 'passwd', addUser), program('adduser', 'adduser', addUser), program('groupadd', 'passwd', addGroup), program('addgroup', 'adduser', addGroup), program('usermod', 'passwd', modifyUser),
  program('userdel', 'passwd', removeUser), program('deluser', 'adduser', removeUser), program('groupdel', 'passwd', removeUser), program('delgroup', 'adduser', removeUser),
  program('sudo', 'sudo', sudo), program('su', 'util-linux', su), program('gosu', 'gosu', stepDown), program('su-exec', 'su-exec', stepDown),
  program('passwd', 'passwd', async () => 0), program('chpasswd', 'passwd', async (process) => process.readAll(0).then(() => 0)),
]
