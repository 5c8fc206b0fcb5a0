import type { CommandHandlers, QueryHandlers } from '../../../protocol/commands.ts'
import type { StreamId } from '../../../protocol/messages.ts'
import type { RecordId } from '../../../protocol/records.ts'
import type { Emitter } from '../../base/emitter.ts'
import type { EngineHosting } from '../runtime/linux-system.ts'
import { contextHandlers } from './contexts.ts'
import { containerHandlers, imageHandlers, queryHandlers, terminalHandlers } from './handlers.ts'
import { ContainerWorld, type WorldDeps } from './world.ts'

type ContainerCommands =
  | Extract<keyof CommandHandlers, `image.${string}` | `container.${string}` | `context.${string}` | `terminal.${string}`> | 'network.fetch'

export interface Containers {
  readonly handlers: CommandHandlers<ContainerCommands>
  readonly queries: QueryHandlers<'image.files' | 'container.files' | 'container.logs' | 'build.log' | 'dockerfile.check'>
  readonly hosting: EngineHosting
  readonly onStream: Emitter<{ readonly stream: StreamId; readonly text: string }>
  /** What a stream has said so far (its latest million characters). */
  streamText(stream: StreamId): string
  /** Cancels a build or a pull; false when no such task runs here. */
  cancelTask(task: RecordId<'task'>): boolean
}

/** The containers' part of the core: engines on machines, and everything that can be asked of them. */
export function createContainers(deps: WorldDeps): Containers {
  const world = new ContainerWorld(deps)
  return {
    handlers: {
      ...imageHandlers(world), ...containerHandlers(world), ...terminalHandlers(world), ...contextHandlers(deps.store, deps.ids),
    },
    queries: queryHandlers(world),
    hosting: world,
    onStream: world.streams.onStream,
    streamText: (stream) => world.streams.text(stream),
    cancelTask: (task) => world.tasks.cancel(task),
  }
}
