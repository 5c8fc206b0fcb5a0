import { canonicalJson } from '../../base/canonical-json.ts'
import { sha256Hex } from '../../base/hasher.ts'
import type { SimTime } from '../../simulation/units.ts'
import { cleanPath } from '../dockerfile/dockerignore.ts'
import { readInstruction } from '../dockerfile/interpret.ts'
import type { CopyInstruction, Dockerfile, Instruction, RunInstruction, StageInstruction, TextInstruction } from '../dockerfile/instructions.ts'
import type { LineRange } from '../dockerfile/nodes.ts'
import { parseDockerfile } from '../dockerfile/parser.ts'
import type { FileSystem } from '../filesystem/file-system.ts'
import { OverlayFileSystem } from '../filesystem/overlay-file-system.ts'
import type { StoredImage } from '../image/content-store.ts'
import { makingLayer, rootFileSystem, type Layer } from '../image/layer.ts'
import type { StepInput } from './build-cache.ts'
import { BuildCancelled, BuildFailure } from './build-failure.ts'
import type { BuildLog, Vertex } from './build-log.ts'
import type { LoadedContext } from './context.ts'
import { copiedFiles, copyStep, filesDigest, prepareCopy } from './copy-step.ts'
import { makeParents } from './copy-tree.ts'
import { clampTimes } from './freeze-layer.ts'
import { inSteps } from './in-steps.ts'
import { applyMetadata } from './metadata.ts'
import { findStage, type PlannedStage } from './plan.ts'
import { transferTime, universeStart, type BuildPorts, type BuildRequest, type ResolvedImage } from './ports.ts'
import { runStep } from './run-step.ts'
import { StageScope, type GlobalScope } from './scope.ts'
import type { StageState } from './stage-state.ts'
import type { StepTable } from './step-table.ts'

interface StageWork {
  readonly request: BuildRequest
  readonly ports: BuildPorts
  readonly log: BuildLog
  readonly steps: StepTable
  readonly dockerfile: Dockerfile
  readonly scope: GlobalScope
  readonly context: LoadedContext
  /** Latest modification time of anything in a layer. */
  readonly epoch: number
  readonly planned: readonly PlannedStage[]
}

type FileInstruction = RunInstruction | CopyInstruction | TextInstruction

/** Carries out the instructions of the stages that a build needs, one after the other. */
export class StageBuilder {
  /** The unit of work that failed, for the end of the log. */
  failedVertex: { readonly name: string; readonly tail: readonly string[] } | undefined
  private readonly work: StageWork
  private readonly finished = new Map<number, StageState>()
  private readonly metadata = new Map<string, ResolvedImage>()
  private readonly pulled = new Map<string, StoredImage>()
  /** Layers held in the store until the image holds them. */
  private readonly held: string[] = []
  private namespaces = 0

  constructor(work: StageWork) {
    this.work = work
  }

  /** Looks every base image up, before anything is built. */
  async loadMetadata(): Promise<void> {
    for (const { stage, base, baseStage } of this.work.planned) {
      if (baseStage === null && base !== 'scratch') await this.resolve(base, stage.from.lines)
    }
    for (const { stage } of this.work.planned) {
      for (const instruction of stage.instructions) {
        if (instruction.kind !== 'copy' || instruction.from === null || instruction.from.includes('$')) continue
        if (findStage(this.work.dockerfile.stages, instruction.from, stage.index) === undefined) await this.resolve(instruction.from, instruction.lines)
      }
    }
  }

  /** Answers what the target stage became. */
  async buildAll(): Promise<StageState> {
    let state: StageState | undefined
    for (const planned of this.work.planned) {
      state = await this.startStage(planned)
      for (const instruction of await this.triggers(state)) await this.carryOut(instruction, state, planned)
      for (const instruction of planned.stage.instructions) await this.carryOut(instruction, state, planned)
      this.finished.set(planned.stage.index, state)
    }
    if (!state) throw new BuildFailure('dockerfile contains no stages to build')
    return state
  }

  /** Lets go of the layers that were held for the build. */
  release(): void {
    for (const diffId of this.held.splice(0)) this.work.ports.content.releaseLayer(diffId)
  }

  private async startStage({ stage, base, baseStage, labels }: PlannedStage): Promise<StageState> {
    const { scope, dockerfile, steps } = this.work
    const { from } = stage
    steps.start(from)
    const parent = baseStage === null ? undefined : this.finished.get(baseStage)
    if (parent) {
      steps.finish(from, 'done')
      return { ...parent, scope: new StageScope(scope, dockerfile.escape, parent.config.Env ?? [], parent.scope), cmdSetHere: false }
    }
    if (base === 'scratch') {
      steps.finish(from, 'done')
      return { layers: [], lines: [], history: [], config: {}, scope: new StageScope(scope, dockerfile.escape, []), key: 'scratch', cmdSetHere: false }
    }
    const present = this.pulled.has(base) || (await this.resolve(base, from.lines)).local !== null
    const image = await this.fetch(base, labels.get(from) ?? '', from.lines)
    steps.finish(from, present ? 'cached' : 'done', image.layers)
    return {
      layers: image.layers.map((layer) => this.hold(layer)),
      lines: image.layers.map(() => null),
      history: image.config.history,
      config: image.config.config,
      scope: new StageScope(scope, dockerfile.escape, image.config.config.Env ?? []),
      key: image.id,
      cmdSetHere: false,
    }
  }

  /** Instructions that the base image left for the build that comes after it. */
  private async triggers(state: StageState): Promise<readonly StageInstruction[]> {
    const { OnBuild, ...config } = state.config
    if (!OnBuild || OnBuild.length === 0) return []
    state.config = config
    return OnBuild.map((text) => readInstruction(parseDockerfile(text).nodes[0]!, true)).filter((instruction) => instruction.kind !== 'from')
  }

  private async carryOut(instruction: StageInstruction, state: StageState, planned: PlannedStage): Promise<void> {
    switch (instruction.kind) {
      case 'run':
      case 'copy':
      case 'add':
      case 'workdir':
        return this.fileStep(instruction, state, planned)
      default: {
        this.work.steps.start(instruction)
        const createdBy = applyMetadata(state, instruction)
        if (createdBy !== undefined) this.record(state, createdBy, true)
        this.work.steps.finish(instruction, 'done')
      }
    }
  }

  private async fileStep(instruction: FileInstruction, state: StageState, planned: PlannedStage): Promise<void> {
    const { ports, log, steps, request, epoch } = this.work
    const name = `${planned.labels.get(instruction) ?? '[onbuild]'} ${nameOf(instruction)}`
    const vertex = log.vertex(name)
    steps.start(instruction)
    try {
      const root = rootFileSystem(state.layers, { now: () => epoch })
      const action = await this.prepare(instruction, state, planned, root, vertex)
      const input: StepInput = { parent: state.key, instruction: action.text, files: action.files, settings: action.settings }
      const key = this.keyOf(input)
      const cached = request.noCache ? undefined : ports.cache.get(key)
      if (cached) {
        this.adopt(state, instruction, cached.layer && this.hold(cached.layer), key, action.createdBy)
        vertex.cached()
        return steps.finish(instruction, 'cached', cached.layer ? [cached.layer] : [])
      }
      steps.start(instruction, request.noCache ? 'built without the cache' : ports.cache.missReason(input))
      await action.run()
      const layer = this.hold(await inSteps(makingLayer(clampTimes(root.freeze(), epoch), ports.sha256), (time) => this.pass(time)))
      ports.cache.add({ ...input, key, layer })
      this.adopt(state, instruction, layer, key, action.createdBy)
      vertex.done()
      steps.finish(instruction, 'done', [layer])
    } catch (error) {
      if (error instanceof BuildCancelled) vertex.note('CANCELED')
      if (error instanceof BuildFailure) {
        vertex.failed(error.message)
        this.failedVertex = { name, tail: vertex.tail() }
      }
      throw error
    }
  }

  private async prepare(instruction: FileInstruction, state: StageState, planned: PlannedStage, root: OverlayFileSystem, vertex: Vertex): Promise<Action> {
    if (instruction.kind === 'run') return this.prepareRun(instruction, state, root, vertex)
    if (instruction.kind === 'copy' || instruction.kind === 'add') return this.prepareCopying(instruction, state, planned, root)
    const written = state.scope.expand(instruction.kind === 'workdir' ? instruction.text : '', instruction.lines)
    const path = cleanPath(written.startsWith('/') ? written : `${state.config.WorkingDir ?? '/'}/${written}`)
    state.config = { ...state.config, WorkingDir: path }
    return { text: `WORKDIR ${path}`, createdBy: `WORKDIR ${path}`, files: new Map(), settings: [], run: async () => makeParents(root, path) }
  }

  private prepareRun(instruction: RunInstruction, state: StageState, root: OverlayFileSystem, vertex: Vertex): Action {
    const { ports } = this.work
    const { config, scope } = state
    const text = [instruction.node.original.trim(), ...instruction.heredocs.map((heredoc) => heredoc.content)].join('\n')
    const shell = config.Shell ?? ['/bin/sh', '-c']
    const args = scope.argLines
    const command = instruction.command.form === 'exec' ? JSON.stringify(instruction.command.words) : [...shell, ...instruction.command.words].join(' ')
    return {
      text,
      createdBy: `RUN ${args.length > 0 ? `|${args.length} ${args.join(' ')} ` : ''}${command} # buildkit`,
      files: new Map(),
      settings: [`directory=${config.WorkingDir ?? '/'}`, `user=${config.User ?? ''}`, `shell=${shell.join(' ')}`, `universe=${this.work.request.universe}`, ...(config.Env ?? []), ...args],
      run: () => runStep(instruction, state, {
        kernel: ports.kernel, namespaceId: `${ports.name}-${++this.namespaces}`, root, vertex, cancellation: ports.cancellation,
      }),
    }
  }

  private async prepareCopying(instruction: CopyInstruction, state: StageState, planned: PlannedStage, root: OverlayFileSystem): Promise<Action> {
    const { ports, epoch } = this.work
    const copy = prepareCopy(instruction, state, await this.sourceOf(instruction, state, planned), epoch)
    const files = await inSteps(copiedFiles(copy, ports.sha256), (time) => this.pass(time))
    const keyword = instruction.kind.toUpperCase()
    const described = `${keyword} ${copy.chown === '' ? '' : `--chown=${copy.chown} `}${copy.mode === null ? '' : `--chmod=${copy.mode.toString(8)} `}${[...instruction.sources, ...instruction.contents.map(({ name }) => `<<${name}`)].join(' ')} ${copy.destination}${copy.isDirectory ? '/' : ''}`
    return {
      text: described,
      createdBy: `${described} # buildkit`,
      files,
      settings: [],
      run: async () => {
        const bytes = copyStep(copy, root)
        await this.pass(transferTime(bytes))
      },
    }
  }

  private async sourceOf(instruction: CopyInstruction, state: StageState, planned: PlannedStage): Promise<FileSystem> {
    if (instruction.from === null) return this.work.context.files
    const name = state.scope.expand(instruction.from, instruction.lines)
    const index = findStage(this.work.dockerfile.stages, name, planned.stage.index)
    const stage = index === undefined ? undefined : this.finished.get(index)
    if (stage) return rootFileSystem(stage.layers)
    if (name === 'scratch') return new OverlayFileSystem([])
    return rootFileSystem((await this.fetch(name, '', instruction.lines)).layers)
  }

  private async resolve(reference: string, lines: LineRange): Promise<ResolvedImage> {
    const known = this.metadata.get(reference)
    if (known) return known
    const { images, cancellation } = this.work.ports
    const vertex = this.work.log.vertex(`[internal] load metadata for ${fullReference(reference)}`)
    try {
      const resolved = await cancellation.wait(images.resolve(reference))
      this.metadata.set(reference, resolved)
      vertex.done()
      return resolved
    } catch (error) {
      if (!(error instanceof BuildFailure)) throw error
      vertex.failed(error.message)
      this.failedVertex = { name: `[internal] load metadata for ${fullReference(reference)}`, tail: [] }
      throw new BuildFailure(`${reference}: failed to resolve source metadata for ${fullReference(reference)}: ${error.message}`, lines)
    }
  }

  private async fetch(reference: string, label: string, lines: LineRange): Promise<StoredImage> {
    const known = this.pulled.get(reference)
    const resolved = await this.resolve(reference, lines)
    const vertex = this.work.log.vertex(`${label} FROM ${resolved.fullName}`.trim())
    const present = known ?? resolved.local
    if (present) {
      vertex.cached()
      return present
    }
    const image = await this.work.ports.cancellation.wait(resolved.fetch(vertex))
    this.pulled.set(reference, image)
    vertex.done()
    return image
  }

  private adopt(state: StageState, instruction: Instruction, layer: Layer | null, key: string, createdBy: string): void {
    if (layer) {
      state.layers = [...state.layers, layer]
      state.lines = [...state.lines, instruction.lines.start]
    }
    state.key = key
    this.record(state, createdBy, layer === null)
  }

  private record(state: StageState, createdBy: string, empty: boolean): void {
    const created = universeStart(this.work.request.universe)
    state.history = [...state.history, { created, created_by: createdBy, comment: 'buildkit.dockerfile.v0', ...(empty ? { empty_layer: true } : {}) }]
  }

  private pass(time: SimTime): Promise<void> {
    const { cancellation, sleep } = this.work.ports
    return cancellation.wait(sleep(time))
  }

  private hold(layer: Layer): Layer {
    this.held.push(layer.diffId)
    return this.work.ports.content.retainLayer(layer)
  }

  private keyOf({ parent, instruction, files, settings }: StepInput): string {
    const { sha256 } = this.work.ports
    return sha256Hex(canonicalJson([parent, instruction, filesDigest(files, sha256), settings]), sha256)
  }
}

/** A step that may change files: what it depends on, and how it is carried out. */
interface Action {
  readonly text: string
  /** For the image's history. */
  readonly createdBy: string
  readonly files: ReadonlyMap<string, string>
  readonly settings: readonly string[]
  run(): Promise<void>
}

const nameOf = (instruction: FileInstruction): string => {
  const { keyword, original } = instruction.node
  return `${keyword.toUpperCase()}${original.trim().slice(keyword.length)}`
}

/** `docker.io/library/x:latest` for `x`, as the log names images. */
function fullReference(reference: string): string {
  const first = reference.split('/')[0]!
  const hosted = reference.includes('/') && (/[.:]/.test(first) || first === 'localhost')
  const path = hosted ? reference : `docker.io/${reference.includes('/') ? '' : 'library/'}${reference}`
  return /:[^/]*$|@/.test(path) ? path : `${path}:latest`
}
