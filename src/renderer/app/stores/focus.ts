import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { RecordId } from '../../../protocol/records.ts'
import { useLayout } from './layout.ts'

/** What the Studio, Layers, Terminal and Microscope panels should show, whoever asks: set it and the panel comes to the front. */
export const useFocus = defineStore('focus', () => {
  const layout = useLayout()
  const context = shallowRef<RecordId<'context'> | null>(null)
  const image = shallowRef<RecordId<'image'> | null>(null)
  const terminal = shallowRef<RecordId<'terminal'> | null>(null)

  /** A VM whose machine the microscope should open; a new object each time, so that the same one can be asked for twice. */
  const machine = shallowRef<{ readonly vm: RecordId<'vm'> } | null>(null)

  function showContext(id: RecordId<'context'>): void {
    context.value = id
    layout.show('studio')
  }

  function showImage(id: RecordId<'image'>): void {
    image.value = id
    layout.show('layers')
  }

  function showTerminal(id: RecordId<'terminal'>): void {
    terminal.value = id
    layout.show('terminal')
  }

  function showMachine(vm: RecordId<'vm'>): void {
    machine.value = { vm }
    layout.show('microscope')
  }

  return { context, image, terminal, machine, showContext, showImage, showTerminal, showMachine }
})
