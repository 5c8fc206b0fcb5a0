import type { Simulation } from '../../simulation/simulation.ts'
import { MiB } from '../../simulation/units.ts'
import type { NamespaceState } from './namespace-state.ts'
import { Process, type ProcessLimits } from './process.ts'

/** The host's PID 1: it only adopts and reaps. `forget` takes an ended child out of the tables. */
export function makeInit(state: NamespaceState, limits: ProcessLimits, simulation: Simulation, forget: (child: Process) => void): Process {
  const init = new Process({ pid: 1, namespacePid: 1, parent: null, state, credentials: { uid: 0, gid: 0, groups: [0] }, limits }, simulation)
  init.argv = ['/sbin/init']
  init.residentBytes = 11 * MiB
  init.handlers.set('CHLD', () => {
    for (const child of [...init.children]) if (child.status) forget(child)
  })
  state.processes.set(1, init)
  return init
}
