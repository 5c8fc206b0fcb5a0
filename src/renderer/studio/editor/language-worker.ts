/** Completion and explanations for Dockerfiles, off the window's thread. */
import { DockerAssist } from 'dockerfile-language-service/lib/dockerAssist'
import { DockerHover } from 'dockerfile-language-service/lib/dockerHover'
import { MarkdownDocumentation } from 'dockerfile-language-service/lib/dockerMarkdown'
import { PlainTextDocumentation } from 'dockerfile-language-service/lib/dockerPlainText'
import type { LanguageAnswer, LanguageRequest, Proposal } from './language-messages.ts'

type DocumentOf = ConstructorParameters<typeof DockerAssist>[0]
type Position = Parameters<DocumentOf['offsetAt']>[0]

// The parser below the service asks Node's Buffer for the bytes of a text.
Object.assign(globalThis, { Buffer: { from: (text: string) => new TextEncoder().encode(text) } })

/** Tags come from the window, which knows the offline registry; the service's own client would ask the internet. */
const NO_REGISTRY = { getTags: (): Promise<string[]> => Promise.resolve([]) }
const markdown = new MarkdownDocumentation()
const hover = new DockerHover(markdown, new PlainTextDocumentation())

function documentOf(text: string): DocumentOf {
  const lines = text.split('\n')
  const startOf = (line: number): number => lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0)
  const offsetAt = ({ line, character }: Position): number => startOf(line) + character
  return {
    uri: '', languageId: 'dockerfile', version: 0, lineCount: lines.length, offsetAt,
    getText: (range) => (range ? text.slice(offsetAt(range.start), offsetAt(range.end)) : text),
    positionAt: (offset) => {
      const before = text.slice(0, offset).split('\n')
      return { line: before.length - 1, character: before.at(-1)?.length ?? 0 }
    },
  }
}

const explain = (word: unknown): string => {
  if (typeof word !== 'string') return ''
  const { contents } = markdown.getMarkdown(word) ?? { contents: '' }
  return typeof contents === 'string' ? contents : ''
}

async function complete({ text, line, character }: LanguageRequest): Promise<readonly Proposal[]> {
  // The service declares its registry client as a class with private parts, of which it only calls `getTags`.
  const assist = Reflect.construct(DockerAssist, [documentOf(text), NO_REGISTRY, { snippetSupport: true }]) as DockerAssist
  const items = await assist.computeProposals({ line, character })
  return items.map((item) => {
    const edit = item.textEdit && 'range' in item.textEdit ? item.textEdit : null
    return {
      label: item.label, insert: edit?.newText ?? item.insertText ?? item.label, snippet: item.insertTextFormat === 2,
      documentation: explain(item.data), start: edit?.range.start.character ?? character,
    }
  })
}

function hoverText({ text, line, character }: LanguageRequest): string | null {
  const contents = hover.onHover(text, { line, character }, ['markdown'])?.contents
  if (contents === undefined) return null
  if (typeof contents === 'string') return contents
  return 'value' in contents ? contents.value : null
}

self.onmessage = async ({ data }: MessageEvent<LanguageRequest>) => {
  const answer: LanguageAnswer = data.kind === 'complete'
    ? { id: data.id, kind: 'complete', proposals: await complete(data) }
    : { id: data.id, kind: 'hover', markdown: hoverText(data) }
  self.postMessage(answer)
}
