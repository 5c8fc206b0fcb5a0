import type { ComparisonRequestParams, LockstepId, LockstepState } from '../protocol/comparison.ts'
import { Failure } from '../core/base/failure.ts'
import { Lockstep } from '../core/hypervisor/comparison/lockstep.ts'
import { plansOfGuest } from '../core/hypervisor/comparison/programs.ts'
import { nativeSha256 } from './platform.ts'

/** What one thread is told of a comparison that is to be opened: under which id it is known outside. */
export type OpenLockstep = ComparisonRequestParams<'lockstep.open'> & { readonly lockstep: LockstepId }

/** The inside of a thread that compares: one comparison at a time. */
export class ComparisonDesk {
  #lockstep: Lockstep | null = null

  request(name: 'lockstep.open' | 'lockstep.go' | 'lockstep.on', params: unknown): LockstepState {
    switch (name) {
      case 'lockstep.open': return this.#open(params as OpenLockstep)
      case 'lockstep.go': return this.#go((params as ComparisonRequestParams<'lockstep.go'>).goal)
      case 'lockstep.on': return this.#on()
    }
  }

  #open({ guest, techniques, lockstep }: OpenLockstep): LockstepState {
    const { title, plans } = plansOfGuest(guest, techniques)
    this.#lockstep = new Lockstep(title, plans, { id: lockstep, hash: nativeSha256 })
    return this.#lockstep.state()
  }

  #go(goal: ComparisonRequestParams<'lockstep.go'>['goal']): LockstepState {
    this.#require().go(goal)
    return this.#on()
  }

  #on(): LockstepState {
    const lockstep = this.#require()
    lockstep.slice()
    return lockstep.state()
  }

  #require(): Lockstep {
    if (!this.#lockstep) throw new Failure('not-found', 'Nothing is compared here.')
    return this.#lockstep
  }
}
