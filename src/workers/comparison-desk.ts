import type { ComparisonRequestParams, LockstepId, LockstepState } from '../protocol/comparison.ts'
import { Failure } from '../core/base/failure.ts'
import type { ColumnPlan } from '../core/hypervisor/comparison/column.ts'
import { Lockstep } from '../core/hypervisor/comparison/lockstep.ts'
import { plansOfGuest } from '../core/hypervisor/comparison/programs.ts'
import { programOf } from './machine-program.ts'
import type { BranchSource } from './machine-settings.ts'
import { nativeSha256 } from './platform.ts'

/** What is to be compared: a guest under several techniques, or machines with what came into each. */
export type LockstepOrder = ComparisonRequestParams<'lockstep.open'> | { readonly machines: readonly BranchSource[] }

/** The inside of a thread that compares: one comparison at a time. */
export class ComparisonDesk {
  #lockstep: Lockstep | null = null

  request(name: 'lockstep.open' | 'lockstep.go' | 'lockstep.on', params: unknown): LockstepState {
    switch (name) {
      case 'lockstep.open': return this.#open(params as LockstepOrder & { readonly lockstep: LockstepId })
      case 'lockstep.go': return this.#go((params as ComparisonRequestParams<'lockstep.go'>).goal)
      case 'lockstep.on': return this.#on()
    }
  }

  #open(order: LockstepOrder & { readonly lockstep: LockstepId }): LockstepState {
    const options = { id: order.lockstep, hash: nativeSha256 }
    if ('machines' in order) this.#lockstep = new Lockstep(order.machines.map(({ title }) => title).join(' · '), order.machines.map(planOf), { ...options, of: 'branches' })
    else {
      const { title, plans } = plansOfGuest(order.guest, order.techniques)
      this.#lockstep = new Lockstep(title, plans, options)
    }
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

function planOf(machine: BranchSource): ColumnPlan {
  const program = programOf(machine)
  return { technique: program.technique ?? 'native', program, compared: 'state', inputs: machine.inputs }
}
