import type { editor } from 'monaco-editor/editor'
import { type Ref, watchEffect } from 'vue'
import type { Diagnostic } from '../../../protocol/commands.ts'
import { useStudio } from '../studio-store.ts'
import { monaco } from './monaco.ts'

const OWNER = 'dockerfile.check'
const SEVERITY: Readonly<Record<Diagnostic['severity'], number>> = {
  error: monaco.MarkerSeverity.Error, warning: monaco.MarkerSeverity.Warning, info: monaco.MarkerSeverity.Info,
}

const marker = (one: Diagnostic): editor.IMarkerData => ({
  startLineNumber: one.line, startColumn: one.column, endLineNumber: one.endLine, endColumn: one.endColumn,
  severity: SEVERITY[one.severity], message: one.message, code: one.rule,
})

/** Underlines what the check found, and marks the line on which the latest build stopped. */
export function useMarks(instance: Readonly<Ref<editor.IStandaloneCodeEditor | null>>, model: Readonly<Ref<editor.ITextModel | null>>, failedLine: Readonly<Ref<number | null>>): void {
  const studio = useStudio()
  let decorations: editor.IEditorDecorationsCollection | null = null

  watchEffect(() => {
    if (model.value && !model.value.isDisposed()) monaco.editor.setModelMarkers(model.value, OWNER, studio.inDockerfile ? studio.diagnostics.map(marker) : [])
  })

  watchEffect(() => {
    decorations?.clear()
    const line = failedLine.value
    if (!instance.value || !model.value || line === null) return
    decorations = instance.value.createDecorationsCollection([{
      range: new monaco.Range(line, 1, line, 1),
      options: { isWholeLine: true, className: 'studio-failed-line', hoverMessage: { value: studio.build?.error?.message ?? '' } },
    }])
  })
}
