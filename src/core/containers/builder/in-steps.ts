import { MICROSECOND, type SimTime } from '../../simulation/units.ts'

/**
 * Carries out long work in steps. Between two of them virtual time moves by a microsecond, which is nothing to what is simulated but
 * makes each step an event of its own: a command that came in meanwhile has its turn. The number of steps depends on the work alone.
 */
export async function inSteps<T>(steps: Generator<number, T>, pass: (time: SimTime) => Promise<void>): Promise<T> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value
    await pass(MICROSECOND)
  }
}
