import { Simulation } from '../simulation/simulation.ts'

/** A simulation for tests, with Node's macrotask as the point of rest. */
export function makeSimulation(seed = 'test'): Simulation {
  return new Simulation({ seed, settle: () => new Promise((resolve) => setImmediate(resolve)) })
}
