// npm start [-- FILE]: sets up what is missing, then opens the app in the best window this machine has.
import { spawn } from 'node:child_process'
import { findElectron } from './lib/electron.mjs'
import { ensureBuild, ensureModules, requireNode } from './lib/setup.mjs'
import { root } from './lib/steps.mjs'

const files = process.argv.slice(2)
const say = (text) => process.stderr.write(`${text}\n`)

requireNode()
await ensureModules()
await ensureBuild()
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
const electron = hasDisplay ? await findElectron() : { reason: 'there is no display to open a window on' }
if (electron.program && (await startElectron(electron.program))) process.exit()
await startBrowserDoor(electron.program ? 'its runtime does not start on this machine' : electron.reason)

/** False if Electron ended at once with an error: a library it needs is missing, or its sandbox is forbidden. */
async function startElectron(program) {
  say('Opening Glasshouse in its Electron window.')
  const begin = performance.now()
  const code = await ended(spawn(program, [root, ...files], { stdio: 'inherit' }))
  return code === 0 || performance.now() - begin > 10_000
}

async function startBrowserDoor(reason) {
  say(`Opening Glasshouse through your browser instead of its Electron window, because ${reason}.`)
  const server = spawn(process.execPath, ['out/main/cli.js', 'serve', '--window', ...files], { cwd: root, stdio: 'inherit' })
  // Ctrl+C reaches the server by itself; waiting for its orderly end is all there is to do here.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => server.kill('SIGTERM'))
  process.exitCode = await ended(server)
}

function ended(child) {
  return new Promise((done) => {
    child.once('error', () => done(127))
    child.once('exit', (code) => done(code ?? 1))
  })
}
