import type { CommandHandlers } from '../../../protocol/commands.ts'
import type { ContextRecord } from '../../../protocol/records.ts'
import { encodeUtf8 } from '../../base/bytes.ts'
import { Failure } from '../../base/failure.ts'
import type { IdSource } from '../../store/id-source.ts'
import type { Store } from '../../store/store.ts'
import { cleanPath } from '../dockerfile/dockerignore.ts'
import { findSample } from '../samples/samples.ts'

const MAX_FILES = 1000
const MAX_BYTES = 1_000_000
const STARTER = 'FROM alpine\nRUN echo "Hello from the build" > /greeting\nCMD ["cat", "/greeting"]\n'

/** The folders of the Studio: they live in their records only. */
export function contextHandlers(store: Store, ids: IdSource): CommandHandlers<'context.create' | 'context.write-file' | 'context.delete-file' | 'context.remove'> {
  return {
    'context.create': ({ name, sample: key }) => {
      const sample = key === undefined ? undefined : findSample(key)
      if (key !== undefined && !sample) throw new Failure('not-found', `There is no sample "${key}".`)
      const wanted = folderName(name ?? sample?.key ?? 'context')
      const id = ids.next('context')
      store.put({ id, type: 'context', name: freeName(store, wanted), sample: key ?? null, files: sample?.files ?? { Dockerfile: STARTER } })
      return { context: id }
    },
    'context.write-file': ({ context, path, text }) => {
      const { files } = store.require(context)
      const clean = checkPath(path)
      if (encodeUtf8(text).length > MAX_BYTES) throw new Failure('limit', `${clean} is larger than 1 MB.`)
      if (!Object.hasOwn(files, clean) && Object.keys(files).length >= MAX_FILES) throw new Failure('limit', `A folder holds at most ${MAX_FILES} files.`)
      checkParents(files, clean)
      store.update(context, { files: { ...files, [clean]: text } })
      return null
    },
    'context.delete-file': ({ context, path }) => {
      const { files, name } = store.require(context)
      const { [path]: gone, ...rest } = files
      if (gone === undefined) throw new Failure('not-found', `There is no file ${path} in ${name}.`)
      store.update(context, { files: rest })
      return null
    },
    'context.remove': ({ context }) => {
      store.require(context)
      store.remove(context)
      return null
    },
  }
}

const folderName = (name: string): string => name.trim().replaceAll(' ', '-')

function freeName(store: Store, wanted: string): string {
  const taken = new Set(store.all('context').map((context: ContextRecord) => context.name))
  if (!taken.has(wanted)) return wanted
  for (let number = 2; ; number++) if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`
}

function checkPath(path: string): string {
  const bad = path === '' || path.startsWith('/') || path.endsWith('/') || path.includes('\\') || path.includes('\0') || path.split('/').includes('..') || ['__proto__'].includes(path)
  const clean = cleanPath(path)
  if (bad || clean === '.') throw new Failure('invalid', `"${path}" is not a path inside the folder.`, 'Name it relative to the folder, with "/", without "..".')
  return clean
}

/** A name cannot be a file and a folder at once. */
function checkParents(files: Readonly<Record<string, string>>, path: string): void {
  const clash = Object.keys(files).find((other) => path.startsWith(`${other}/`) || other.startsWith(`${path}/`))
  if (clash !== undefined) throw new Failure('conflict', `${path} and ${clash} cannot both be there: one of them would have to be a folder.`)
}
