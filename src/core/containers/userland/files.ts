import { FileError } from '../filesystem/file-system.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { findAccount, findGroup } from './accounts.ts'
import { changeMode } from './file-mode.ts'
import { now } from './clock.ts'
import { baseName, each, joinPath, parseOptions, program, reasonOf, usageError } from './support.ts'

/** `COPY source… target`: each source and where it goes. Undefined after a complaint. */
async function destinations(process: ProcessContext, operands: readonly string[], into: string | undefined): Promise<(readonly [string, string])[] | undefined> {
  const target = into ?? operands.at(-1)
  const sources = into === undefined ? operands.slice(0, -1) : operands
  if (sources.length === 0) {
    await usageError(process, target === undefined ? 'missing file operand' : `missing destination file operand after '${target}'`)
    return undefined
  }
  const directory = process.files.isDirectory(target!)
  if (sources.length > 1 && !directory) {
    await process.warn(`${baseName(process.argv[0]!)}: target '${target}' is not a directory\n`)
    return undefined
  }
  return sources.map((source) => [source, directory ? joinPath(target!, baseName(source)) : target!] as const)
}

async function copy(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['t', 'target-directory'])
  const pairs = await destinations(process, operands, values.get('t') ?? values.get('target-directory'))
  if (!pairs) return 1
  const recursive = ['r', 'R', 'a', 'recursive', 'archive'].some((flag) => flags.has(flag))
  const keep = ['a', 'p', 'archive'].some((flag) => flags.has(flag))
  let status = 0
  for (const [source, target] of pairs) {
    const kind = process.files.stat(source, !recursive)?.kind
    if (kind === 'directory' && !recursive) {
      await process.warn(`cp: -r not specified; omitting directory '${source}'\n`)
      status = 1
    } else {
      const copied = await each(process, [source], (path) => (kind ? `cannot create regular file '${target}'` : `cannot stat '${path}'`), async () => {
        await copyTree(process, source, target, keep, recursive)
        if (flags.has('v')) await process.print(`'${source}' -> '${target}'\n`)
      })
      status = Math.max(status, copied)
    }
  }
  return status
}

async function copyTree(process: ProcessContext, source: string, target: string, keep: boolean, links: boolean): Promise<void> {
  const { files } = process
  const stat = files.stat(source, !links)
  if (!stat) throw new FileError('ENOENT', source)
  await process.use(20_000 + stat.size)
  if (stat.kind === 'directory') {
    if (!files.isDirectory(target)) files.makeDirectory(target, stat.mode & 0o7777)
    for (const name of files.list(source)) await copyTree(process, joinPath(source, name), joinPath(target, name), keep, links)
  } else if (stat.kind === 'symlink') {
    if (files.stat(target, false)) files.unlink(target)
    files.symlink(files.readLink(source), target)
  } else if (stat.kind === 'fifo') {
    if (!files.exists(target)) files.makeFifo(target, stat.mode & 0o777)
  } else if (stat.kind === 'file' && stat.size > 0) files.write(target, files.body(source), stat.mode & 0o777)
  else files.write(target, files.bytes(source), stat.mode & 0o777)
  if (!keep || stat.kind === 'symlink') return
  if (process.uid === 0) files.chown(target, { uid: stat.uid, gid: stat.gid })
  files.chmod(target, stat.mode & 0o7777)
  files.setTime(target, stat.mtime)
}

async function move(process: ProcessContext): Promise<number> {
  const { values, operands, flags } = parseOptions(process.args, ['t', 'target-directory'])
  const pairs = await destinations(process, operands, values.get('t') ?? values.get('target-directory'))
  if (!pairs) return 1
  let status = 0
  for (const [source, target] of pairs) {
    const exists = process.files.stat(source, false) !== undefined
    if (flags.has('n') && process.files.exists(target)) continue
    status = Math.max(status, await each(process, [source], (path) => (exists ? `cannot move '${path}' to '${target}'` : `cannot stat '${path}'`), () => moveOne(process, source, target)))
    if (flags.has('v') && status === 0) await process.print(`renamed '${source}' -> '${target}'\n`)
  }
  return status
}

/** rename(2); what cannot be renamed in place (a lower layer's directory, another file system) is copied and removed. */
async function moveOne(process: ProcessContext, source: string, target: string): Promise<void> {
  try {
    process.files.rename(source, target)
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== 'EXDEV') throw error
    await copyTree(process, source, target, true, true)
    await removeTree(process, source)
  }
}

async function remove(process: ProcessContext): Promise<number> {
  const { flags, operands } = parseOptions(process.args)
  const recursive = ['r', 'R', 'recursive'].some((flag) => flags.has(flag))
  const force = flags.has('f') || flags.has('force')
  if (operands.length === 0) return force ? 0 : usageError(process, 'missing operand')
  let status = 0
  for (const path of operands) {
    const stat = process.files.stat(path, false)
    if (!stat) {
      if (!force) await process.warn(`rm: cannot remove '${path}': No such file or directory\n`)
      status = force ? status : 1
    } else if (/^(\/|\.|\.\.)$/.test(path.replace(/(.)\/+$/, '$1')) && recursive) {
      await process.warn(path === '/' ? "rm: it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe\n" : `rm: refusing to remove '.' or '..' directory: skipping '${path}'\n`)
      status = 1
    } else if (stat.kind === 'directory' && !recursive) {
      await process.warn(`rm: cannot remove '${path}': Is a directory\n`)
      status = 1
    } else status = Math.max(status, await each(process, [path], (operand) => `cannot remove '${operand}'`, () => removeTree(process, path)))
  }
  return status
}

async function removeTree(process: ProcessContext, path: string): Promise<void> {
  const { files } = process
  await process.use(8_000)
  if (files.stat(path, false)?.kind !== 'directory') return files.unlink(path)
  for (const name of files.list(path)) await removeTree(process, joinPath(path, name))
  files.removeDirectory(path)
}

async function makeDirectories(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['m', 'mode'])
  if (operands.length === 0) return usageError(process, 'missing operand')
  const mode = values.get('m') ?? values.get('mode')
  return each(process, operands, (path) => `cannot create directory '${path}'`, async (path) => {
    if (flags.has('p') || flags.has('parents')) process.files.makeDirectories(path)
    else process.files.makeDirectory(path)
    if (mode !== undefined) process.files.chmod(path, changeMode(0o777, mode, true))
    if (flags.has('v')) await process.print(`mkdir: created directory '${path}'\n`)
  })
}

async function removeDirectories(process: ProcessContext): Promise<number> {
  const { operands } = parseOptions(process.args)
  return each(process, operands, (path) => `failed to remove '${path}'`, (path) => process.files.removeDirectory(path))
}

async function link(process: ProcessContext): Promise<number> {
  const { flags, operands } = parseOptions(process.args)
  const [source, given] = operands
  if (source === undefined) return usageError(process, 'missing file operand')
  const last = given ?? baseName(source)
  const path = process.files.isDirectory(last) && !(flags.has('n') || flags.has('T')) ? joinPath(last, baseName(source)) : last
  const symbolic = flags.has('s') || flags.has('symbolic')
  return each(process, [path], () => `failed to create ${symbolic ? 'symbolic' : 'hard'} link '${path}'`, () => {
    if (flags.has('f') && process.files.stat(path, false)) process.files.unlink(path)
    if (symbolic) process.files.symlink(source, path)
    else process.files.link(source, path)
  })
}

async function touch(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['d', 't', 'r', 'date'])
  if (operands.length === 0) return usageError(process, 'missing file operand')
  const given = values.get('d') ?? values.get('date')
  const time = given === undefined ? now(process) : Math.floor(Date.parse(/^@/.test(given) ? '' : given) / 1000) || Number(given.replace('@', '')) || now(process)
  return each(process, operands, (path) => `cannot touch '${path}'`, (path) => {
    if (!process.files.exists(path)) {
      if (flags.has('c')) return
      process.files.write(path, '')
    }
    process.files.setTime(path, time)
  })
}

async function changeModes(process: ProcessContext): Promise<number> {
  const recursive = process.args.some((word) => word === '-R' || word === '--recursive')
  const [spec, ...paths] = process.args.filter((word) => !/^(-[RfvcH]+|--\w+)$/.test(word))
  if (spec === undefined || paths.length === 0) return usageError(process, spec === undefined ? 'missing operand' : `missing operand after '${spec}'`)
  if (!/^([0-7]{1,5}|([ugoa]*[-+=][rwxXst]*,?)+)$/.test(spec)) return usageError(process, `invalid mode: '${spec}'`)
  return each(process, paths, (path) => (process.files.exists(path) ? `changing permissions of '${path}'` : `cannot access '${path}'`), (path) => walk(process, path, recursive, (file) => {
    const stat = process.files.stat(file)
    if (!stat) throw new FileError('ENOENT', file)
    process.files.chmod(file, changeMode(stat.mode, spec, stat.kind === 'directory'))
  }))
}

async function changeOwners(process: ProcessContext): Promise<number> {
  const onlyGroup = baseName(process.argv[0]!) === 'chgrp'
  const { flags, operands } = parseOptions(process.args)
  const [spec, ...paths] = operands
  if (spec === undefined || paths.length === 0) return usageError(process, 'missing operand')
  const [user = '', group = ''] = onlyGroup ? ['', spec] : spec.split(/[:.](.*)/s)
  const account = user === '' ? undefined : (findAccount(process, user)?.uid ?? (/^\d+$/.test(user) ? Number(user) : 'bad'))
  const gid = group === '' ? undefined : (findGroup(process, group)?.gid ?? (/^\d+$/.test(group) ? Number(group) : 'bad'))
  if (account === 'bad' || gid === 'bad') {
    await process.warn(`${baseName(process.argv[0]!)}: invalid ${account === 'bad' ? 'user' : 'group'}: '${onlyGroup ? group : spec}'\n`)
    return 1
  }
  const owner = { ...(account !== undefined && { uid: account }), ...(gid !== undefined && { gid }) }
  return each(process, paths, (path) => (process.files.stat(path, false) ? `changing ownership of '${path}'` : `cannot access '${path}'`), (path) => walk(process, path, flags.has('R') || flags.has('recursive'), (file) => process.files.chown(file, owner, !flags.has('h') && !flags.has('R'))))
}

async function walk(process: ProcessContext, path: string, recursive: boolean, visit: (path: string) => void): Promise<void> {
  await process.use(5_000)
  visit(path)
  if (!recursive || process.files.stat(path, false)?.kind !== 'directory') return
  for (const name of process.files.list(path)) {
    const child = joinPath(path, name)
    if (process.files.stat(child, false)?.kind !== 'symlink') await walk(process, child, true, visit)
  }
}

async function install(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['m', 'mode', 'o', 'g', 't'])
  const mode = parseInt(values.get('m') ?? values.get('mode') ?? '755', 8)
  const own = (path: string): void => {
    process.files.chmod(path, mode)
    const account = values.has('o') ? findAccount(process, values.get('o')!) : undefined
    if (account) process.files.chown(path, { uid: account.uid, gid: account.gid })
  }
  try {
    if (flags.has('d')) {
      for (const path of operands) {
        process.files.makeDirectories(path)
        own(path)
      }
      return 0
    }
    const pairs = await destinations(process, operands, values.get('t'))
    for (const [source, target] of pairs ?? []) {
      if (flags.has('D') && target.includes('/')) process.files.makeDirectories(target.replace(/\/[^/]*$/, '') || '/')
      process.files.write(target, process.files.body(source))
      own(target)
    }
    return pairs ? 0 : 1
  } catch (error) {
    await process.warn(`install: cannot create regular file: ${reasonOf(error)}\n`)
    return 1
  }
}

async function makeTemporary(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['p', 'tmpdir'])
  const directory = values.get('p') ?? values.get('tmpdir') ?? process.env.get('TMPDIR') ?? '/tmp'
  const template = operands[0] ?? 'tmp.XXXXXXXXXX'
  const name = template.replace(/X{3,}$/, (run) => process.kernel.random.hex(run.length))
  const path = operands[0] !== undefined && !flags.has('t') && !values.has('p') ? name : joinPath(directory, name)
  return each(process, [path], () => `failed to create ${flags.has('d') ? 'directory' : 'file'} via template '${template}'`, async () => {
    if (flags.has('d')) process.files.makeDirectory(path, 0o700)
    else process.files.write(path, '', 0o600)
    await process.print(`${path}\n`)
  })
}

async function truncate(process: ProcessContext): Promise<number> {
  const { values, operands } = parseOptions(process.args, ['s', 'size'])
  const match = /^(\d+)([KMG]?)/.exec(values.get('s') ?? values.get('size') ?? '')
  if (!match) return usageError(process, "you must specify either '--size' or '--reference'")
  const size = Number(match[1]) * { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[match[2] as '' | 'K' | 'M' | 'G']
  return each(process, operands, (path) => `cannot open '${path}' for writing`, (path) => {
    if (!process.files.exists(path)) process.files.write(path, { seed: '', size })
    else process.files.truncate(path, size)
  })
}

async function readLink(process: ProcessContext): Promise<number> {
  const { flags, operands } = parseOptions(process.args)
  const real = baseName(process.argv[0]!) === 'realpath'
  let status = 0
  for (const path of operands) {
    try {
      const follow = real || flags.has('f') || flags.has('e') || flags.has('m')
      await process.print(`${follow ? resolveMissing(process, path) : process.files.readLink(path)}${flags.has('n') ? '' : '\n'}`)
    } catch (error) {
      const reason = reasonOf(error)
      if (real) await process.warn(`realpath: ${path}: ${reason}\n`)
      status = 1
    }
  }
  return status
}

/** The last component need not exist. */
function resolveMissing(process: ProcessContext, path: string): string {
  if (process.files.exists(path)) return process.files.realPath(path)
  const parent = process.files.realPath(path.includes('/') ? path.replace(/\/[^/]*\/?$/, '') || '/' : '.')
  return joinPath(parent, baseName(path))
}

export const FILE_PROGRAMS = [
  program('cp', 'coreutils', copy), program('mv', 'coreutils', move), program('rm', 'coreutils', remove), program('mkdir', 'coreutils', makeDirectories), program('rmdir', 'coreutils', removeDirectories),
  program('ln', 'coreutils', link), program('touch', 'coreutils', touch), program('chmod', 'coreutils', changeModes), program('chown', 'coreutils', changeOwners), program('chgrp', 'coreutils', changeOwners),
  program('install', 'coreutils', install), program('mktemp', 'coreutils', makeTemporary), program('truncate', 'coreutils', truncate), program('readlink', 'coreutils', readLink), program('realpath', 'coreutils', readLink),
  program('unlink', 'coreutils', remove),
]
