import type { BuildRecord, RecordId } from '../../../protocol/records.ts'
import { SECOND } from '../../simulation/units.ts'
import { BuildCancelled, BuildFailure } from '../builder/build-failure.ts'
import { runBuild } from '../builder/build.ts'
import type { ContextFiles } from '../builder/context.ts'
import { familiarReference, parseReference } from '../image/reference.ts'
import type { Registry } from '../registry/registry.ts'
import { short } from './daemon-words.ts'
import type { Engine } from './engine.ts'
import { imageSource } from './pulls.ts'
import type { Tasks } from './tasks.ts'

interface BuildOrder {
  readonly context: RecordId<'context'> | null
  readonly contextName: string
  readonly files: ContextFiles
  readonly dockerfile: string
  readonly tag: string
  readonly noCache: boolean
  readonly target?: string | undefined
  readonly buildArgs: Readonly<Record<string, string>>
}

export interface Build {
  readonly record: RecordId<'build'>
  readonly task: RecordId<'task'>
  /** Resolves in virtual time, when the record has its final state; the image's ID or null. */
  readonly done: Promise<string | null>
}

/** Starts a build. Throws at once for a tag that is none or an engine that is down. */
export function startBuild(engine: Engine, registry: Registry, tasks: Tasks, order: BuildOrder, onLog: (build: RecordId<'build'>, text: string) => void): Build {
  const machine = engine.machine()
  const { store, simulation, ids } = engine.ground
  const universe = engine.ground.universe()
  const reference = order.tag === '' ? null : parseReference(order.tag)
  const record = ids.next('build')
  const log = (text: string): void => onLog(record, text)
  const update = (fields: Partial<BuildRecord>): void => void (store.get(record) && store.update(record, fields))
  let settle: (image: string | null) => void = () => undefined
  const done = new Promise<string | null>((resolve) => (settle = resolve))
  const task = tasks.start('build', `Build ${order.tag === '' ? order.contextName : order.tag}`, record, engine.id, () => {
    log('\nERROR: failed to build: failed to solve: Canceled: context canceled\n')
    const steps = store.get(record)?.steps.map((step) => (step.state === 'running' || step.state === 'waiting' ? { ...step, state: 'skipped' as const, finishedAt: step.startedAt === null ? null : simulation.now } : step))
    update({ state: 'cancelled', finishedAt: simulation.now, ...(steps ? { steps } : {}) })
    settle(null)
  })
  store.put({
    id: record, type: 'build', engine: engine.id, context: order.context, dockerfile: order.dockerfile, tag: reference ? familiarReference(reference) : '', universe,
    state: 'running', task: task.id, startedAt: simulation.now, finishedAt: null, steps: [], image: null, error: null,
  })
  const title = order.tag === '' ? order.contextName : order.tag
  simulation.activity(async () => {
    try {
      const { image, lines } = await runBuild({ ...order, context: order.files, tag: reference ? `${reference.domain}/${reference.path}:${reference.tag ?? 'latest'}` : null, universe }, {
        simulation, sleep: (time) => machine.time.sleep(time), kernel: machine.kernel, content: engine.images.content, sha256: engine.ground.sha256, cache: engine.cache, architecture: machine.info.architecture,
        name: record.replace(':', '-'), cancellation: task.cancellation, images: imageSource(engine, machine, registry, task.cancellation),
        onLog: (text) => !task.ended && log(text),
        onSteps: (steps) => {
          if (task.ended) return
          update({ steps })
          const running = steps.findLast((step) => step.state === 'running')
          const over = steps.filter((step) => step.state !== 'waiting' && step.state !== 'running').length
          task.progress(running ? `line ${running.line}: ${running.text.split('\n')[0]!.slice(0, 80)}` : 'working', steps.length === 0 ? 0 : over / (steps.length + 1))
        },
      })
      if (task.ended) return
      engine.images.add(image, lines)
      if (reference) engine.images.tag(image, familiarReference(reference))
      const cost = simulation.now - (store.get(record)?.startedAt ?? simulation.now)
      update({ state: 'done', finishedAt: simulation.now, image: image.id })
      task.end('done', `${short(image.id)} in ${(cost / SECOND).toFixed(1)} s`)
      engine.note('image', engine.images.recordOf(image.id)!, title, `${title} is built: ${short(image.id)}, ${image.layers.length} layers.`, cost)
      settle(image.id)
    } catch (error) {
      if (error instanceof BuildCancelled || task.ended) return
      if (!(error instanceof BuildFailure)) throw error
      update({ state: 'failed', finishedAt: simulation.now, error: { line: error.lines?.start ?? 0, exitCode: error.exitCode, message: error.message } })
      task.end('failed', error.lines ? `failed at line ${error.lines.start}` : 'failed', error.message)
      engine.note('image', record, title, `The build of ${title} fails${error.lines ? ` at line ${error.lines.start}` : ''}: ${error.message}`)
      settle(null)
    }
  })
  return { record, task: task.id, done }
}
