import type { IdSource } from '../store/id-source.ts'
import type { EventLog } from '../store/event-log.ts'
import type { Store } from '../store/store.ts'
import type { Simulation } from '../simulation/simulation.ts'
import type { EngineHosting } from '../containers/runtime/linux-system.ts'

/** What every part of the datacenter works with. */
export interface DatacenterContext {
  readonly store: Store
  readonly simulation: Simulation
  readonly events: EventLog
  readonly ids: IdSource
  /** The containers' side of the machines here; a getter, because the two areas know each other. */
  readonly hosting: () => EngineHosting
}
