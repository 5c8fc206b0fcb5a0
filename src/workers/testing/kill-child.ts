import { join } from 'node:path'
import { Random } from '../../core/simulation/random.ts'
import { SessionHost } from '../session-host.ts'
import { makeChannel } from './channel.ts'
import { localMachine } from './local-machine.ts'
import { TestWindow } from './test-window.ts'

/**
 * Works on a project as fast as it can until it is killed: adds, undoes, saves, with the clock playing. Says on standard output which
 * commands were answered: the name of each rack, one a line.
 */
const [folder = '', seed = ''] = process.argv.slice(2)
const random = new Random(seed)
const path = join(folder, 'work.glasshouse')
const host = await SessionHost.start({ dataDir: join(folder, 'data'), app: '1.0.0', open: process.argv[4] ?? null, spawnMachine: localMachine, log: (text) => process.stderr.write(text) })
const channel = makeChannel()
host.connect(channel.core)
const window = new TestWindow(channel.window)
if (process.argv[4] === undefined) await window.project('project.save-path', { path })
await window.run('clock.set-speed', { speed: 100 })
await window.run('clock.play', {})

for (let turn = 0; ; turn++) {
  const name = `${seed}-${turn}`
  await window.run('rack.add', { name })
  process.stdout.write(`${name}\n`)
  if (random.below(4) === 0) await window.run('host.add', { model: 'rack-2017' })
  if (random.below(6) === 0) await window.run('edit.undo', {}).then(() => window.run('edit.redo', {}))
  if (random.below(25) === 0) await window.project('project.save-path', { path })
}
