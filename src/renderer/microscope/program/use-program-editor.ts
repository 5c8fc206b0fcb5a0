import type { editor } from 'monaco-editor/editor'
import { markRaw, onScopeDispose, type Ref, watch } from 'vue'
import type { AssembleMessage } from '../../../protocol/machine.ts'
import { t } from '../../app/i18n/index.ts'
import { useAnnouncer } from '../../app/stores/announcer.ts'
import { monaco } from '../../studio/editor/monaco.ts'
import { minimalEdit } from '../../studio/model/text-edit.ts'
import { attempt } from '../microscope-actions.ts'
import { NASM, registerNasm } from './nasm-language.ts'
import { useProgram } from './program-store.ts'

const OWNER = 'machine.assemble'

const marker = (one: AssembleMessage): editor.IMarkerData => ({
  startLineNumber: one.line, startColumn: one.column, endLineNumber: one.line, endColumn: Math.max(one.column + 1, one.endColumn), message: one.message,
  severity: one.severity === 'error' ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
})

/** The program's text in Monaco, with what the assembler says of it; `fix` takes a suggestion. */
export function useProgramEditor(instance: Readonly<Ref<editor.IStandaloneCodeEditor | null>>) {
  const program = useProgram()
  registerNasm()
  const model = markRaw(monaco.editor.createModel(program.text, NASM))
  model.setEOL(monaco.editor.EndOfLineSequence.LF)
  model.onDidChangeContent(() => { program.text = model.getValue() })

  function fix(message: AssembleMessage): void {
    if (message.suggestion === null) return
    const range = new monaco.Range(message.line, message.column, message.line, message.endColumn)
    model.pushEditOperations([], [{ range, text: message.suggestion }], () => null)
    useAnnouncer().say(t('microscope.program.fixed', { text: message.suggestion }))
    instance.value?.focus()
  }

  /** The first suggestion on the cursor's line, else the first there is. */
  function fixHere(): void {
    const line = instance.value?.getPosition()?.lineNumber
    const able = program.messages.filter(({ suggestion }) => suggestion !== null)
    const message = able.find((one) => one.line === line) ?? able[0]
    if (message) fix(message)
  }

  watch(instance, (view) => {
    if (!view) return
    view.setModel(model)
    view.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Period, fixHere)
    view.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => void attempt(() => program.run()))
  })
  watch(() => program.text, (text) => {
    const edit = minimalEdit(model.getValue(), text)
    if (edit) model.pushEditOperations([], [{ range: monaco.Range.fromPositions(model.getPositionAt(edit.offset), model.getPositionAt(edit.offset + edit.length)), text: edit.text }], () => null)
  })
  watch(() => program.messages, (messages) => monaco.editor.setModelMarkers(model, OWNER, messages.map(marker)), { immediate: true })
  watch(() => program.target, (target) => {
    if (!target || !instance.value) return
    instance.value.setPosition({ lineNumber: target.line, column: target.column })
    instance.value.revealLineInCenterIfOutsideViewport(target.line)
    instance.value.focus()
  })
  onScopeDispose(() => model.dispose())

  return { fix }
}
