import type { editor } from 'monaco-editor/editor'
import { markRaw, onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue'
import type { RecordId } from '../../../protocol/records.ts'
import { explain } from '../../app/connection/core-error.ts'
import { useCore } from '../../app/stores/core.ts'
import { useToasts } from '../../app/stores/toasts.ts'
import { isDockerfile } from '../model/context-files.ts'
import { DocumentSync } from '../model/document-sync.ts'
import { minimalEdit } from '../model/text-edit.ts'
import { useStudio } from '../studio-store.ts'
import { DOCKERFILE } from './dockerfile-language.ts'
import { monaco } from './monaco.ts'

const SAVE_DELAY_MS = 300

export interface OpenDocument {
  readonly context: RecordId<'context'>
  readonly path: string
  readonly model: editor.ITextModel
  readonly sync: DocumentSync
  /** What was typed is not yet in the record. */
  readonly dirty: Readonly<ShallowRef<boolean>>
  viewState: editor.ICodeEditorViewState | null
}

/** Brings a model to a text by the smallest edit, so that cursors and undo history stay where they are. */
function showText(model: editor.ITextModel, text: string): void {
  const edit = minimalEdit(model.getValue(), text)
  if (!edit) return
  const range = monaco.Range.fromPositions(model.getPositionAt(edit.offset), model.getPositionAt(edit.offset + edit.length))
  model.pushEditOperations([], [{ range, text: edit.text }], () => null)
}

/**
 * The files that were opened in the editor: a Monaco model each, with its own undo history, kept in step with the folder's
 * record. All are sent and disposed with the scope.
 */
export function useDocuments() {
  const core = useCore()
  const studio = useStudio()
  const documents = new Map<string, OpenDocument>()

  function create(context: RecordId<'context'>, path: string, text: string): OpenDocument {
    const uri = monaco.Uri.from({ scheme: 'glasshouse', path: `/${context.replace(':', '-')}/${path}` })
    const model = markRaw(monaco.editor.createModel(text, isDockerfile(path) ? DOCKERFILE : undefined, uri))
    model.setEOL(monaco.editor.EndOfLineSequence.LF)
    const dirty = shallowRef(false)
    const sync = new DocumentSync({
      text,
      write: (next) => core.command('context.write-file', { context, path, text: next }),
      show: (next) => showText(model, next),
      failed: (error) => useToasts().error(explain(error)),
      changed: () => { dirty.value = sync.dirty },
      delayMs: SAVE_DELAY_MS,
    })
    model.onDidChangeContent(() => sync.typed(model.getValue()))
    return { context, path, model, sync, dirty, viewState: null }
  }

  function open(context: RecordId<'context'>, path: string, text: string): OpenDocument {
    const key = `${context}/${path}`
    const document = documents.get(key) ?? create(context, path, text)
    documents.set(key, document)
    return document
  }

  function close(key: string, document: OpenDocument): void {
    documents.delete(key)
    document.model.dispose()
  }

  const flush = async (): Promise<boolean> => !(await Promise.all([...documents.values()].map(({ sync }) => sync.flush()))).includes(false)

  // Any folder may change: by undo, by another window, by a build that is restored.
  watch(() => studio.contexts, (contexts) => {
    for (const [key, document] of documents) {
      const text = contexts.find(({ id }) => id === document.context)?.files[document.path]
      if (text === undefined) {
        document.sync.forget()
        close(key, document)
      } else document.sync.received(text)
    }
  }, { flush: 'sync' })

  const forget = studio.onFlush(flush)
  onScopeDispose(() => {
    forget()
    for (const [key, document] of documents) {
      document.sync.dispose()
      close(key, document)
    }
  })
  return { open, flush }
}
