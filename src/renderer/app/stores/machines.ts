import { defineStore } from 'pinia'
import { computed, shallowReactive } from 'vue'
import type { ErrorInfo } from '../../../protocol/errors.ts'
import type { MachineId, MachineRequestName, MachineRequestParams, MachineRequestResults, MachineState } from '../../../protocol/machine.ts'
import type { MachineMessage, StreamListener } from '../connection/core-client.ts'
import { useCore } from './core.ts'

const GONE: ErrorInfo = { code: 'internal', message: 'The simulation was restarted, and the machine ended with it.', hint: 'Open it again: what was done in it is lost.' }

/** The machines under the microscope, as the core last told of them, and the way to ask them. Machines outlive a window that is reloaded, not a core that dies. */
export const useMachines = defineStore('machines', () => {
  const states = shallowReactive(new Map<MachineId, MachineState>())
  const failures = shallowReactive(new Map<MachineId, ErrorInfo>())

  function receive(message: MachineMessage): void {
    switch (message.type) {
      case 'machine': return put(message.state)
      case 'machines':
        for (const id of [...states.keys()]) if (!message.open.includes(id)) drop(id, GONE)
        return
      case 'machine-closed': return drop(message.machine, message.error)
    }
  }

  function put(state: MachineState): void {
    failures.delete(state.machine)
    states.set(state.machine, state)
  }

  function drop(id: MachineId, error: ErrorInfo | null): void {
    states.delete(id)
    if (error) failures.set(id, error)
    else failures.delete(id)
  }

  /** Asks one thing; an answer that is a state is taken over. Rejects with a `CoreError`. */
  async function request<N extends MachineRequestName>(name: N, params: MachineRequestParams<N>): Promise<MachineRequestResults[N]> {
    const answer = await useCore().machineRequest(name, params)
    if (isState(answer)) put(answer)
    return answer
  }

  /** The state of an open machine; undefined when there is none. Reading it in a view makes the view follow it. */
  const get = (id: MachineId | null | undefined): MachineState | undefined => (id ? states.get(id) : undefined)

  /** Why a machine is not there any more: its thread died, or the whole core. Null when it was closed, or is open. */
  const failure = (id: MachineId): ErrorInfo | null => failures.get(id) ?? null

  /**
   * Hears what a machine sends on its serial line, from its beginning up to its present moment. When the machine goes back, so does
   * the text: the listener's `offset` is then less than what it has heard. Returns the function that ends it.
   */
  const followSerial = (id: MachineId, listener: StreamListener): (() => void) => useCore().follow(`serial:${id}`, listener)

  const open = computed(() => [...states.keys()])

  return { states, open, get, failure, receive, request, followSerial }
})

function isState(answer: MachineRequestResults[MachineRequestName]): answer is MachineState {
  return answer !== null && 'cpu' in answer
}
