import { decodeUtf8 } from '../../base/bytes.ts'
import type { SimTime } from '../../simulation/units.ts'
import { interpret } from '../dockerfile/interpret.ts'
import type { Dockerfile } from '../dockerfile/instructions.ts'
import { DockerfileError } from '../dockerfile/nodes.ts'
import { parseDockerfile } from '../dockerfile/parser.ts'
import { BuildFailure, sourceExcerpt } from './build-failure.ts'
import { BuildLog } from './build-log.ts'
import { contextFile, loadContext } from './context.ts'
import { formatBytes } from './format-bytes.ts'
import { planBuild } from './plan.ts'
import { HANDSHAKE, transferTime, universeEpoch, universeStart, type BuildPorts, type BuildRequest, type BuildResult } from './ports.ts'
import { globalScope } from './scope.ts'
import { StageBuilder } from './stage-builder.ts'
import { imageConfigOf } from './stage-state.ts'
import { StepTable } from './step-table.ts'

/**
 * Builds an image in virtual time; call it inside an activity. The log and the steps come as it goes. The image is in the store
 * when it resolves; the caller names it. Throws a BuildFailure, after its text went to the log, or BuildCancelled.
 */
export async function runBuild(request: BuildRequest, ports: BuildPorts): Promise<BuildResult> {
  const log = new BuildLog(ports.simulation, ports.onLog)
  const text = fileText(request)
  const steps = new StepTable(ports.simulation, ports.onSteps)
  const builder: { stage?: StageBuilder } = {}
  try {
    return await build(request, ports, log, steps, text, builder)
  } catch (error) {
    steps.stop(error instanceof BuildFailure ? 'failed' : 'skipped')
    const failure = error instanceof DockerfileError ? new BuildFailure(error.message, error.lines) : error
    if (failure instanceof BuildFailure) writeFailure(log, request.dockerfile, text, failure, builder.stage?.failedVertex)
    throw failure
  }
}

async function build(
  request: BuildRequest, ports: BuildPorts, log: BuildLog, steps: StepTable, text: string | undefined, holder: { stage?: StageBuilder },
): Promise<BuildResult> {
  const pass = (time: SimTime): Promise<void> => ports.cancellation.wait(ports.sleep(time))
  const definition = log.vertex(`[internal] load build definition from ${request.dockerfile}`)
  await pass(HANDSHAKE)
  if (text === undefined) {
    definition.note('transferring dockerfile: 2B done')
    definition.done()
    throw new BuildFailure(`failed to read dockerfile: open ${request.dockerfile}: no such file or directory`)
  }
  definition.note(`transferring dockerfile: ${formatBytes(text.length)} done`)
  definition.done()
  const dockerfile: Dockerfile = interpret(parseDockerfile(text))
  steps.fill(dockerfile)
  const scope = globalScope(dockerfile, request.buildArgs, ports.architecture)
  const planned = planBuild(dockerfile, scope, request.target)
  steps.plan(planned)
  const epoch = universeEpoch(request.universe)
  const context = loadContext(request.context, request.dockerfile, epoch)
  const builder = new StageBuilder({ request, ports, log, steps, dockerfile, scope, context, epoch, planned })
  holder.stage = builder
  try {
    await builder.loadMetadata()
    await loadIgnoreAndContext(request, log, context.bytes, pass)
    const state = await builder.buildAll()
    const exporting = log.vertex('exporting to image')
    await pass(transferTime(state.layers.reduce((sum, layer, i) => sum + (state.lines[i] === null ? 0 : layer.size), 0)))
    const image = ports.content.addImage(imageConfigOf(state, universeStart(request.universe), ports.architecture), state.layers)
    exporting.note('exporting layers done')
    exporting.note(`writing image ${image.id} done`)
    if (request.tag !== null) exporting.note(`naming to ${request.tag} done`)
    exporting.done()
    return { image, lines: state.lines }
  } finally {
    builder.release()
  }
}

async function loadIgnoreAndContext(request: BuildRequest, log: BuildLog, bytes: number, pass: (time: SimTime) => Promise<void>): Promise<void> {
  const ignore = log.vertex('[internal] load .dockerignore')
  await pass(HANDSHAKE)
  const file = contextFile(request.context, '.dockerignore')
  ignore.note(`transferring context: ${formatBytes(file?.length ?? 2)} done`)
  ignore.done()
  const loading = log.vertex('[internal] load build context')
  await pass(transferTime(bytes))
  loading.note(`transferring context: ${formatBytes(bytes)} done`)
  loading.done()
}

function fileText(request: BuildRequest): string | undefined {
  const content = contextFile(request.context, request.dockerfile)
  return content && decodeUtf8(content)
}

function writeFailure(log: BuildLog, name: string, text: string | undefined, failure: BuildFailure, vertex: { name: string; tail: readonly string[] } | undefined): void {
  const rule = '------\n'
  if (vertex && vertex.tail.length > 0) log.write(`${rule} > ${vertex.name}:\n${vertex.tail.map((line) => `${line}\n`).join('')}${rule}`)
  else if (vertex) log.write(`${rule} > ${vertex.name}:\n${rule}`)
  if (failure.lines && text !== undefined) log.write(sourceExcerpt(name, text, failure.lines))
  log.write(`ERROR: failed to build: failed to solve: ${failure.message}\n`)
}
