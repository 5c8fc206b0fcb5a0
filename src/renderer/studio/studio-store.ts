import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef } from 'vue'
import type { CatalogueAnswer } from '../../protocol/catalogue.ts'
import type { Diagnostic } from '../../protocol/commands.ts'
import type { ContextRecord, EngineRecord, RecordId } from '../../protocol/records.ts'
import { engineFor } from '../app/actions/subjects.ts'
import { catalogue } from '../app/catalogue.ts'
import { useFocus } from '../app/stores/focus.ts'
import { useRecords } from '../app/stores/records.ts'
import { useSelection } from '../app/stores/selection.ts'
import { isDockerfile, mainFile, sortContexts } from './model/context-files.ts'
import { proposeTag } from './model/image-names.ts'
import { latestBuild } from './model/latest-build.ts'

export interface Place {
  readonly line: number
  readonly column: number
}

/** The folder that is worked on, its files, and which of them are open and built. */
function useFolder() {
  const records = useRecords()
  const focus = useFocus()
  const samples = shallowRef<CatalogueAnswer['samples']>([])
  /** Images that the offline registry has at the date of the package universe, `repository:tag`. */
  const references = shallowRef<readonly string[]>([])
  const openFiles = shallowReactive(new Map<RecordId<'context'>, string>())

  const contexts = computed(() => sortContexts(records.all('context').values(), samples.value[0]?.key ?? null))
  const context = computed<ContextRecord | null>(() => records.get(focus.context) ?? contexts.value[0] ?? null)
  const paths = computed<readonly string[]>(() => Object.keys(context.value?.files ?? {}))
  const path = computed<string | null>(() => {
    const open = context.value ? openFiles.get(context.value.id) : undefined
    return open !== undefined && paths.value.includes(open) ? open : mainFile(paths.value)
  })
  /** The Dockerfile that Build builds: the open one, else the folder's main one. */
  const dockerfile = computed<string | null>(() => {
    const file = path.value !== null && isDockerfile(path.value) ? path.value : mainFile(paths.value)
    return file !== null && isDockerfile(file) ? file : null
  })
  const inDockerfile = computed(() => path.value !== null && path.value === dockerfile.value)

  function open(file: string): void {
    if (context.value) openFiles.set(context.value.id, file)
  }

  /** Asks for the samples and for the images of the day that the package universe stands at. */
  async function loadCatalogue(): Promise<void> {
    const answer = await catalogue()
    samples.value = answer.samples
    references.value = answer.images.map(({ reference }) => reference)
  }

  return { samples, references, contexts, context, paths, path, dockerfile, inDockerfile, open, loadCatalogue }
}

/** Where it is built, under which name, and what the latest build of it made. */
function useBuilds({ context, dockerfile }: Pick<ReturnType<typeof useFolder>, 'context' | 'dockerfile'>) {
  const records = useRecords()
  const selection = useSelection()
  const tags = shallowReactive(new Map<RecordId<'context'>, string>())
  const chosenEngine = shallowRef<RecordId<'engine'> | null>(null)

  /** Docker Desktop's, in its hidden VM, after those of servers. */
  const isDesktop = ({ owner }: EngineRecord): boolean => { const machine = records.get(owner); return machine?.type === 'vm' && machine.role === 'hidden' }
  const engines = computed<readonly EngineRecord[]>(() => [...records.all('engine').values()]
    .sort((a, b) => Number(isDesktop(a)) - Number(isDesktop(b)) || (a.name < b.name ? -1 : 1)))
  const engine = computed<EngineRecord | null>(() => {
    const near = engineFor(selection.record ?? null)
    return records.get(chosenEngine.value) ?? near ?? engines.value.find((one) => one.state === 'running') ?? engines.value[0] ?? null
  })
  const tag = computed<string>({
    get: () => (context.value ? tags.get(context.value.id) ?? proposeTag(context.value.name) : ''),
    set: (value) => { if (context.value) tags.set(context.value.id, value) },
  })
  const build = computed(() => (context.value && dockerfile.value !== null
    ? latestBuild(records.all('build').values(), context.value.id, dockerfile.value)
    : null))
  const image = computed(() => {
    const made = build.value
    if (made?.image == null) return null
    for (const one of records.all('image').values()) if (one.digest === made.image && one.engine === made.engine) return one
    return null
  })
  return { engines, engine, chosenEngine, tag, build, image }
}

/** What the Studio works on: which folder, file, engine and tag; what is typed; what was found in it. */
export const useStudio = defineStore('studio', () => {
  const folder = useFolder()
  const { dockerfile, inDockerfile, open } = folder
  /** The open file as typed, before it is kept. */
  const text = shallowRef('')
  const cursor = shallowRef<Place>({ line: 1, column: 1 })
  const unsaved = shallowRef(false)
  const diagnostics = shallowRef<readonly Diagnostic[]>([])
  /** A place to go to; a new object each time, so that the same place can be asked for twice. */
  const target = shallowRef<Place | null>(null)
  const flushers = new Set<() => Promise<boolean>>()

  function goTo(place: Place): void {
    if (dockerfile.value !== null && !inDockerfile.value) open(dockerfile.value)
    target.value = { ...place }
  }

  /** Sends what is typed and not yet kept. False when something was refused. */
  async function flush(): Promise<boolean> {
    const taken = await Promise.all([...flushers].map((one) => one()))
    return !taken.includes(false)
  }

  /** What `flush` calls, until the returned function is called. */
  function onFlush(flusher: () => Promise<boolean>): () => void {
    flushers.add(flusher)
    return () => void flushers.delete(flusher)
  }

  return { ...folder, ...useBuilds(folder), text, cursor, unsaved, diagnostics, target, goTo, flush, onFlush }
})
