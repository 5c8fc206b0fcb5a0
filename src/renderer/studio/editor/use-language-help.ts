import type { editor, languages } from 'monaco-editor/editor'
import { onScopeDispose } from 'vue'
import { useStudio } from '../studio-store.ts'
import { fromProposals } from '../model/from-proposals.ts'
import { DOCKERFILE } from './dockerfile-language.ts'
import type { LanguageAnswer, LanguageRequest } from './language-messages.ts'
import LanguageWorker from './language-worker.ts?worker'
import { monaco } from './monaco.ts'

type Ask = (question: Omit<LanguageRequest, 'id'>) => Promise<LanguageAnswer>

/** One worker and its open questions. */
function startWorker(): { readonly ask: Ask; readonly stop: () => void } {
  const worker = new LanguageWorker()
  const waiting = new Map<number, (answer: LanguageAnswer) => void>()
  let next = 1
  worker.onmessage = ({ data }: MessageEvent<LanguageAnswer>) => {
    waiting.get(data.id)?.(data)
    waiting.delete(data.id)
  }
  const ask: Ask = (question) => new Promise((resolve) => {
    const id = next++
    waiting.set(id, resolve)
    worker.postMessage({ ...question, id })
  })
  return { ask, stop: () => worker.terminate() }
}

const rangeOf = (line: number, start: number, end: number) => new monaco.Range(line, start + 1, line, end)

/** Completion and hover for Dockerfiles. An answer about an older text is dropped. */
export function useLanguageHelp(): void {
  const studio = useStudio()
  const { ask, stop } = startWorker()

  async function complete(model: editor.ITextModel, { lineNumber, column }: { lineNumber: number; column: number }): Promise<languages.CompletionList> {
    const { Class, Module, Snippet } = monaco.languages.CompletionItemKind
    const images = fromProposals(model.getLineContent(lineNumber).slice(0, column - 1), studio.references)
    if (images) return { suggestions: images.map(({ label, start }) => ({ label, insertText: label, kind: Module, range: rangeOf(lineNumber, start, column) })) }
    const version = model.getVersionId()
    const answer = await ask({ kind: 'complete', text: model.getValue(), line: lineNumber - 1, character: column - 1 })
    if (answer.kind !== 'complete' || model.isDisposed() || model.getVersionId() !== version) return { suggestions: [] }
    return {
      suggestions: answer.proposals.map(({ label, insert, snippet, documentation, start }) => ({
        label, insertText: insert, kind: snippet ? Snippet : Class, documentation: { value: documentation }, range: rangeOf(lineNumber, start, column),
        ...(snippet ? { insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet } : {}),
      })),
    }
  }

  async function hover(model: editor.ITextModel, { lineNumber, column }: { lineNumber: number; column: number }): Promise<languages.Hover | null> {
    const answer = await ask({ kind: 'hover', text: model.getValue(), line: lineNumber - 1, character: column - 1 })
    return answer.kind === 'hover' && answer.markdown !== null ? { contents: [{ value: answer.markdown }] } : null
  }

  const provided = [
    monaco.languages.registerCompletionItemProvider(DOCKERFILE, { triggerCharacters: [' ', ':', '=', '-'], provideCompletionItems: complete }),
    monaco.languages.registerHoverProvider(DOCKERFILE, { provideHover: hover }),
  ]
  onScopeDispose(() => {
    for (const one of provided) one.dispose()
    stop()
  })
}
