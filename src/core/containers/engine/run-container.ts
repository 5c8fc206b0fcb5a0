import type { RecordId } from '../../../protocol/records.ts'
import { Failure } from '../../base/failure.ts'
import { parseReference } from '../image/reference.ts'
import type { Container } from './container.ts'
import { startContainer } from './container-life.ts'
import type { CreateRequest, Engine } from './engine.ts'
import { startPull } from './pulls.ts'
import type { ContainerWorld } from './world.ts'

/** Makes and starts a container. What could not start is not left behind: nobody was told its name. */
export function runContainer(engine: Engine, request: CreateRequest): Container {
  const container = engine.create(request)
  try {
    startContainer(engine, container)
  } catch (error) {
    engine.forget(container)
    throw error
  }
  return container
}

/**
 * Pulls the image first, as `docker run` does. Answers at once with the record that the container will have: it appears when the
 * image is there. What can be refused now is refused now; a later refusal is told in the timeline.
 */
export function pullAndRun(world: ContainerWorld, engine: Engine, request: CreateRequest): RecordId<'container'> {
  engine.machine()
  world.registry.resolve(parseReference(request.image), engine.ground.universe())
  if (request.name !== undefined && request.name !== '') engine.checkName(request.name)
  const record = engine.ground.ids.next('container')
  const { done } = startPull(engine, world.registry, world.tasks, request.image)
  engine.ground.simulation.activity(async () => {
    // A pull that fails says so itself.
    if ((await done) instanceof Failure) return
    try {
      runContainer(engine, { ...request, record })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      engine.note('container', engine.id, request.name ?? request.image, `${request.image} is there now, but does not run: ${error.message}`)
    }
  })
  return record
}
