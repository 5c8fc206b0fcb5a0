import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root, run, runTool, seconds } from './steps.mjs'

const MODULES_STAMP = join(root, 'node_modules/.glasshouse-lock')
const BUILD_STAMP = join(root, 'out/.stamp')
const BUILD_LOCK = join(root, '.cache/build.lock')
const BUILT_FROM = ['src', 'resources', 'electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.base.json']
const say = (text) => process.stderr.write(`${text}\n`)

/** Node 20.19 is the first that can load what the tools are made of. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  say(`Glasshouse needs Node.js 20.19 or newer; this is ${process.versions.node}. Install a newer one from https://nodejs.org and start again.`)
  process.exit(1)
}

/** Installs the libraries if they are not there or the lock file changed since. */
export async function ensureModules() {
  const wanted = hash([readFileSync(join(root, 'package-lock.json'))])
  if (readIfThere(MODULES_STAMP) === wanted) return
  const begin = performance.now()
  say('Installing the libraries (once; about a minute) …')
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  let { code, output } = await run('npm', ['ci', ...quiet])
  // A registry that lacks packages for other platforms makes `ci` refuse the lock; `install` takes the same versions without them.
  if (code !== 0) ({ code, output } = await run('npm', ['install', '--no-save', ...quiet]))
  if (code !== 0) {
    say(output)
    say('The libraries could not be installed. The first start needs the network; behind a proxy, tell npm with `npm config set proxy …`.')
    process.exit(1)
  }
  writeFileSync(MODULES_STAMP, wanted)
  say(`Libraries installed in ${seconds(begin)}.`)
}

/** Builds the app if what it is built from changed. Several starts at once build once. */
export async function ensureBuild() {
  const wanted = await sourceHash()
  if (isBuilt(wanted)) return
  await withBuildLock(async () => {
    if (isBuilt(wanted)) return
    const begin = performance.now()
    say('Building the app …')
    const { code, output } = await runTool('electron-vite/bin/electron-vite.js', ['build'], { env: { NODE_OPTIONS: '--max-old-space-size=4096' } })
    if (code !== 0) {
      say(output)
      say('The app could not be built; the messages above say why.')
      process.exit(1)
    }
    writeFileSync(BUILD_STAMP, wanted)
    say(`Built in ${seconds(begin)}.`)
  })
}

const isBuilt = (wanted) => readIfThere(BUILD_STAMP) === wanted && existsSync(join(root, 'out/main/cli.js'))

async function sourceHash() {
  const files = (await Promise.all(BUILT_FROM.map((path) => filesOf(path)))).flat().sort()
  const contents = await Promise.all(files.map(async (file) => `${file}\0${hash([await readFile(join(root, file))])}`))
  return hash(contents)
}

/** Paths below the checkout of the files in a folder, or of the one file; tests do not count, since nothing is built from them. */
async function filesOf(path) {
  if (!existsSync(join(root, path))) return []
  if (/\.(ts|json)$/.test(path)) return [path]
  const entries = await readdir(join(root, path), { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts')).map((entry) => join(entry.parentPath, entry.name).slice(root.length))
}

function hash(parts) {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  return digest.digest('hex')
}

const readIfThere = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null)

async function withBuildLock(task) {
  mkdirSync(join(root, '.cache'), { recursive: true })
  while (!takeLock()) await new Promise((done) => setTimeout(done, 300))
  const release = () => rmSync(BUILD_LOCK, { force: true })
  process.once('exit', release)
  try {
    await task()
  } finally {
    process.off('exit', release)
    release()
  }
}

function takeLock() {
  const owner = Number(readIfThere(BUILD_LOCK) ?? 0)
  if (owner > 0 && isRunning(owner)) return false
  rmSync(BUILD_LOCK, { force: true })
  try {
    writeFileSync(BUILD_LOCK, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
