import type { Program } from '../runtime/program.ts'
import type { ContainerWorld } from '../engine/containers.ts'
import type { Engine } from '../engine/engine.ts'

/** The `docker` client on an engine's machine. */
export function dockerProgram(_world: ContainerWorld, _engine: Engine): Program {
  return {
    name: 'docker', package: 'docker-ce-cli',
    async main(process) {
      await process.warn('docker: not modelled yet\n')
      return 1
    },
  }
}
