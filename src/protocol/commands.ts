import * as v from 'valibot'
import type { CatalogueAnswer } from './catalogue.ts'
import type { RecordId, RecordType } from './records.ts'
import type { StructureAnswer } from './structure.ts'

/**
 * Everything a person, a lab, the terminal or an API can ask for. Each command has a schema, which guards every door,
 * and a result type. `edit: true` marks those that change the plan of the datacenter: they can be undone.
 */

const shortText = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(120))
const objectName = v.pipe(v.string(), v.trim(), v.regex(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}$/, 'letters, digits, space, "_", "." and "-", at most 63'))
const filePath = v.pipe(v.string(), v.maxLength(400))
const fileText = v.pipe(v.string(), v.maxLength(1_000_000))
const count = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max))
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535))
const universeDate = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/))

function id<T extends RecordType>(...types: [T, ...T[]]) {
  const pattern = new RegExp(`^(?:${types.join('|')}):[A-Za-z0-9._:-]{1,100}$`)
  return v.custom<RecordId<T>>((value) => typeof value === 'string' && pattern.test(value), `not the id of a ${types.join(' or ')}`)
}

const anyId = v.custom<RecordId>((value) => typeof value === 'string' && /^[a-z]+:[A-Za-z0-9._:-]{1,100}$/.test(value), 'not an id')
const partId = v.pipe(v.string(), v.regex(/^(?:host|hypervisor|vm):[A-Za-z0-9._:-]{1,100}\/[A-Za-z0-9._-]{1,60}$/, 'not the id of a part'))
const portMapping = v.object({ hostPort: port, containerPort: port, protocol: v.picklist(['tcp', 'udp']) })
const cpuFlag = v.picklist(['vmx', 'svm', 'ept', 'npt', 'vt-d', 'amd-vi', 'lm', 'pae', 'nx'])

const containerOptions = {
  engine: id('engine'),
  image: v.pipe(v.string(), v.minLength(1), v.maxLength(400)),
  name: v.optional(v.pipe(v.string(), v.maxLength(120))),
  command: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(10_000))), v.maxLength(200))),
  env: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(10_000))), v.maxLength(200))),
  ports: v.optional(v.pipe(v.array(portMapping), v.maxLength(100))),
  /** A terminal that is kept open, as by `docker run -it`: a shell as the main process then waits instead of ending. */
  interactive: v.optional(v.boolean()),
}

export const COMMANDS = {
  'clock.play': { schema: v.object({}), edit: false },
  'clock.pause': { schema: v.object({}), edit: false },
  /** Handles the next event, wherever in time it is. */
  'clock.step': { schema: v.object({}), edit: false },
  'clock.set-speed': { schema: v.object({ speed: v.pipe(v.number(), v.minValue(0.1), v.maxValue(1_000_000)) }), edit: false },

  'rack.add': { schema: v.object({ name: v.optional(objectName) }), edit: true },
  'rack.remove': { schema: v.object({ rack: id('rack') }), edit: true },
  'host.add': { schema: v.object({ model: shortText, name: v.optional(objectName), rack: v.optional(id('rack')) }), edit: true },
  'host.configure': {
    schema: v.object({
      host: id('host'),
      memoryMiB: v.optional(count(16 * 1024 * 1024)),
      cores: v.optional(count(1024)),
      flags: v.optional(v.array(cpuFlag)),
    }),
    edit: true,
  },
  'host.remove': { schema: v.object({ host: id('host') }), edit: true },
  'host.install-os': { schema: v.object({ host: id('host'), os: shortText }), edit: true },
  'host.install-hypervisor': { schema: v.object({ host: id('host'), product: shortText }), edit: true },
  'host.wipe': { schema: v.object({ host: id('host') }), edit: true },
  /** A fault is put into a part of the host's software: what it takes along follows from what the part is in. */
  'host.crash': { schema: v.object({ host: id('host'), part: partId }), edit: false },
  /** Off and on again: what is left running loses its power. */
  'host.power-cycle': { schema: v.object({ host: id('host') }), edit: false },
  'object.rename': { schema: v.object({ id: anyId, name: objectName }), edit: true },

  'vm.create': {
    schema: v.object({
      hypervisor: id('hypervisor'),
      template: shortText,
      name: v.optional(objectName),
      vcpus: v.optional(count(2048)),
      memoryMiB: v.optional(count(16 * 1024 * 1024)),
      diskGiB: v.optional(count(65536)),
    }),
    edit: true,
  },
  'vm.configure': {
    schema: v.object({
      vm: id('vm'),
      vcpus: v.optional(count(2048)),
      memoryMiB: v.optional(count(16 * 1024 * 1024)),
      diskGiB: v.optional(count(65536)),
      /** Plugged in or taken out. */
      disk: v.optional(v.boolean()),
      nic: v.optional(v.boolean()),
      /** How its processor is virtualized, where the product leaves the choice. */
      monitor: v.optional(v.picklist(['automatic', 'binary-translation', 'hardware-assist'])),
    }),
    edit: true,
  },
  'vm.delete': { schema: v.object({ vm: id('vm') }), edit: true },
  'vm.clone': { schema: v.object({ vm: id('vm'), name: v.optional(objectName) }), edit: true },
  'vm.start': { schema: v.object({ vm: id('vm') }), edit: false },
  'vm.pause': { schema: v.object({ vm: id('vm') }), edit: false },
  'vm.resume': { schema: v.object({ vm: id('vm') }), edit: false },
  /** Asks the guest to shut down (ACPI); `force` pulls the plug. */
  'vm.stop': { schema: v.object({ vm: id('vm'), force: v.optional(v.boolean()) }), edit: false },
  'vm.reset': { schema: v.object({ vm: id('vm') }), edit: false },
  'vm.snapshot': { schema: v.object({ vm: id('vm'), name: v.optional(objectName) }), edit: false },
  'vm.restore-snapshot': { schema: v.object({ snapshot: id('snapshot') }), edit: false },
  'vm.delete-snapshot': { schema: v.object({ snapshot: id('snapshot') }), edit: false },

  /** Docker Engine on a Linux host or VM; Docker Desktop (with its hidden VM) on a macOS or Windows host. */
  'engine.install': { schema: v.object({ owner: id('host', 'vm') }), edit: true },
  'engine.remove': { schema: v.object({ engine: id('engine') }), edit: true },

  'context.create': { schema: v.object({ name: v.optional(objectName), sample: v.optional(shortText) }), edit: true },
  'context.write-file': { schema: v.object({ context: id('context'), path: filePath, text: fileText }), edit: false },
  'context.delete-file': { schema: v.object({ context: id('context'), path: filePath }), edit: true },
  'context.remove': { schema: v.object({ context: id('context') }), edit: true },
  'universe.set': { schema: v.object({ date: universeDate }), edit: true },

  /** Starts a build and answers at once; the build record tells how it goes. */
  'image.build': {
    schema: v.object({
      engine: id('engine'),
      context: id('context'),
      dockerfile: v.optional(filePath),
      tag: v.optional(v.pipe(v.string(), v.maxLength(400))),
      noCache: v.optional(v.boolean()),
      target: v.optional(v.pipe(v.string(), v.maxLength(200))),
      buildArgs: v.optional(v.record(v.string(), v.pipe(v.string(), v.maxLength(10_000)))),
    }),
    edit: false,
  },
  'image.pull': { schema: v.object({ engine: id('engine'), reference: v.pipe(v.string(), v.minLength(1), v.maxLength(400)) }), edit: false },
  'image.tag': { schema: v.object({ image: id('image'), reference: v.pipe(v.string(), v.minLength(1), v.maxLength(400)) }), edit: false },
  'image.remove': { schema: v.object({ image: id('image'), force: v.optional(v.boolean()) }), edit: false },
  'container.create': { schema: v.object(containerOptions), edit: false },
  'container.run': { schema: v.object(containerOptions), edit: false },
  'container.start': { schema: v.object({ container: id('container') }), edit: false },
  'container.stop': { schema: v.object({ container: id('container'), seconds: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(3600))) }), edit: false },
  'container.kill': { schema: v.object({ container: id('container'), signal: v.optional(v.pipe(v.string(), v.maxLength(20))) }), edit: false },
  'container.pause': { schema: v.object({ container: id('container') }), edit: false },
  'container.unpause': { schema: v.object({ container: id('container') }), edit: false },
  'container.remove': { schema: v.object({ container: id('container'), force: v.optional(v.boolean()) }), edit: false },
  'container.commit': { schema: v.object({ container: id('container'), reference: v.optional(v.pipe(v.string(), v.maxLength(400))) }), edit: false },
  /** One HTTP GET to a published port of the engine's machine, as a browser beside it would send it. */
  'network.fetch': { schema: v.object({ engine: id('engine'), port, path: v.pipe(v.string(), v.maxLength(2000)) }), edit: false },

  'terminal.open': { schema: v.object({ target: id('engine', 'container'), columns: count(500), rows: count(300) }), edit: false },
  'terminal.input': { schema: v.object({ terminal: id('terminal'), data: v.pipe(v.string(), v.maxLength(100_000)) }), edit: false },
  'terminal.resize': { schema: v.object({ terminal: id('terminal'), columns: count(500), rows: count(300) }), edit: false },
  'terminal.close': { schema: v.object({ terminal: id('terminal') }), edit: false },

  'task.cancel': { schema: v.object({ task: id('task') }), edit: false },
  'edit.undo': { schema: v.object({}), edit: false },
  'edit.redo': { schema: v.object({}), edit: false },
  /** What is there is the beginning: nothing of it can be undone. Ends the script that sets up a room. */
  'edit.forget': { schema: v.object({}), edit: false },
  'project.rename': { schema: v.object({ name: objectName }), edit: true },
} as const

export type CommandName = keyof typeof COMMANDS
export type CommandParams<N extends CommandName> = v.InferOutput<(typeof COMMANDS)[N]['schema']>

/** What a command answers, where it is more than "done". */
export interface CommandResults {
  'rack.add': { readonly rack: RecordId<'rack'> }
  'host.add': { readonly host: RecordId<'host'> }
  'host.install-hypervisor': { readonly hypervisor: RecordId<'hypervisor'> }
  'vm.create': { readonly vm: RecordId<'vm'> }
  'vm.clone': { readonly vm: RecordId<'vm'> }
  'vm.snapshot': { readonly snapshot: RecordId<'snapshot'> }
  'engine.install': { readonly engine: RecordId<'engine'> }
  'context.create': { readonly context: RecordId<'context'> }
  'image.build': { readonly build: RecordId<'build'> }
  'image.pull': { readonly task: RecordId<'task'> }
  'container.create': { readonly container: RecordId<'container'> }
  'container.run': { readonly container: RecordId<'container'> }
  'container.commit': { readonly image: RecordId<'image'> }
  'network.fetch': HttpAnswer
  'terminal.open': { readonly terminal: RecordId<'terminal'> }
  'edit.undo': { readonly name: string }
  'edit.redo': { readonly name: string }
}

export interface HttpAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type CommandResult<N extends CommandName> = N extends keyof CommandResults ? CommandResults[N] : null

export interface Command<N extends CommandName = CommandName> {
  readonly name: N
  readonly params: CommandParams<N>
}

/** One function for each command; areas of the core implement disjoint parts, the session joins them. */
export type CommandHandlers<N extends CommandName = CommandName> = {
  readonly [K in N]: (params: CommandParams<K>) => CommandResult<K> | Promise<CommandResult<K>>
}

// ---------------------------------------------------------------- questions: read only, never journalled

export interface FileEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'symlink' | 'other'
  /** Octal permission bits, e.g. 0o755. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly target: string | null
  /** In a layer's list: what the layer did to it. */
  readonly change: 'added' | 'changed' | 'removed' | null
}

export interface Diagnostic {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  readonly severity: 'error' | 'warning' | 'info'
  /** Rule id: BuildKit's or hadolint's name; `parse` for a syntax error. */
  readonly rule: string
  readonly message: string
}

export const QUERIES = {
  catalogue: { schema: v.object({}) },
  /** What a host is put together from; and what the crash of a part would do, and how a VM's requests go (the first that runs, if not said). */
  'host.structure': { schema: v.object({ host: id('host'), vm: v.optional(id('vm')), crash: v.optional(partId) }) },
  /** A folder's entries: of the whole image, or of one layer's changes only. */
  'image.files': { schema: v.object({ image: id('image'), path: filePath, layer: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))) }) },
  'container.files': { schema: v.object({ container: id('container'), path: filePath }) },
  'container.logs': { schema: v.object({ container: id('container'), tail: v.optional(count(100_000)) }) },
  'build.log': { schema: v.object({ build: id('build') }) },
  'dockerfile.check': { schema: v.object({ text: fileText, context: v.optional(id('context')) }) },
  'state.hash': { schema: v.object({}) },
} as const

export type QueryName = keyof typeof QUERIES
export type QueryParams<N extends QueryName> = v.InferOutput<(typeof QUERIES)[N]['schema']>

export interface QueryResults {
  catalogue: CatalogueAnswer
  'host.structure': StructureAnswer
  'image.files': { readonly entries: readonly FileEntry[] }
  'container.files': { readonly entries: readonly FileEntry[] }
  'container.logs': { readonly text: string }
  'build.log': { readonly text: string }
  'dockerfile.check': { readonly diagnostics: readonly Diagnostic[] }
  'state.hash': { readonly hash: string; readonly simTime: number }
}

export type QueryHandlers<N extends QueryName = QueryName> = {
  readonly [K in N]: (params: QueryParams<K>) => QueryResults[K] | Promise<QueryResults[K]>
}
