import type { editor } from 'monaco-editor/editor'
import { markRaw, onBeforeUnmount, onMounted, type Ref, shallowRef, watch } from 'vue'
import { useSettings } from '../../app/stores/settings.ts'
import { editorTheme, readColour, readToken } from './editor-theme.ts'
import { monaco } from './monaco.ts'

/** Where a line of text stands on the screen, in px from the top of the editor. */
export interface LineBox {
  readonly line: number
  readonly top: number
  readonly height: number
}

const FONT_PX = 13
const LINE_PX = 24
const THEME = 'glasshouse'

const OPTIONS: editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  bracketPairColorization: { enabled: false },
  fixedOverflowWidgets: true,
  folding: false,
  glyphMargin: false,
  guides: { indentation: false },
  hideCursorInOverviewRuler: true,
  lineDecorationsWidth: 14,
  lineNumbers: 'off',
  lineNumbersMinChars: 0,
  minimap: { enabled: false },
  occurrencesHighlight: 'off',
  overviewRulerBorder: false,
  overviewRulerLanes: 0,
  padding: { top: 0, bottom: 6 },
  renderLineHighlight: 'all',
  scrollBeyondLastLine: false,
  scrollbar: { useShadows: false, verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
  stickyScroll: { enabled: false },
  wordWrap: 'on',
  wrappingIndent: 'deepIndent',
}

const NUMBERED: editor.IEditorOptions = { lineNumbers: 'on', lineNumbersMinChars: 3 }

interface EditorLook {
  /** What a screen reader calls the text. */
  readonly label: string
  readonly lineNumbers: boolean
}

/** Creates Monaco in `host`, follows theme and scale, reports where its visible lines are, and disposes it. */
export function useEditor(host: Readonly<Ref<HTMLElement | null>>, { label, lineNumbers }: EditorLook) {
  const settings = useSettings()
  const instance = shallowRef<editor.IStandaloneCodeEditor | null>(null)
  const boxes = shallowRef<readonly LineBox[]>([])
  const width = shallowRef(0)
  // Suggestions and explanations stand over the whole window: inside the panel, a size container, they would be placed against it.
  const widgets = document.createElement('div')
  widgets.className = 'monaco-editor studio-widgets'

  const scale = (): number => Number(readToken('scale')) || 1
  const look = (): editor.IEditorOptions => ({ fontFamily: readToken('font-mono'), fontSize: FONT_PX * scale(), lineHeight: Math.round(LINE_PX * scale()) })

  function measure(): void {
    const view = instance.value
    const lines = view?.getModel()?.getLineCount() ?? 0
    if (!view || lines === 0) return
    const found: LineBox[] = []
    const scroll = view.getScrollTop()
    const bottom = view.getLayoutInfo().height
    for (let line = view.getVisibleRanges()[0]?.startLineNumber ?? 1; line <= lines; line++) {
      const top = view.getTopForLineNumber(line) - scroll
      if (top > bottom) break
      found.push({ line, top, height: view.getBottomForLineNumber(line) - scroll - top })
    }
    boxes.value = found
    width.value = view.getLayoutInfo().width
  }

  onMounted(() => {
    if (!host.value) return
    monaco.editor.defineTheme(THEME, editorTheme(settings.theme, readColour))
    document.body.append(widgets)
    const created = markRaw(monaco.editor.create(host.value, { ...OPTIONS, ...look(), theme: THEME, model: null, overflowWidgetsDomNode: widgets, ariaLabel: label, ...(lineNumbers ? NUMBERED : {}) }))
    created.onDidScrollChange(measure)
    created.onDidLayoutChange(measure)
    created.onDidContentSizeChange(measure)
    created.onDidChangeModel(measure)
    instance.value = created
    measure()
  })

  watch([() => settings.theme, () => settings.settings.projector], () => {
    monaco.editor.defineTheme(THEME, editorTheme(settings.theme, readColour))
    instance.value?.updateOptions(look())
  }, { flush: 'post' })

  onBeforeUnmount(() => {
    instance.value?.dispose()
    widgets.remove()
  })

  return { instance, boxes, width }
}
