import type { CommandHandlers } from '../../protocol/commands.ts'
import type { PartEffect } from '../../protocol/structure.ts'
import type { HostRecord, RecordId, VmRecord } from '../../protocol/records.ts'
import type { Disposable } from '../base/emitter.ts'
import { Failure } from '../base/failure.ts'
import type { Composition, Part } from '../hypervisor/products/composition.ts'
import { effectsOf, isDown } from '../hypervisor/products/effects.ts'
import { guestId } from '../hypervisor/products/paths.ts'
import { SECOND } from '../simulation/units.ts'
import { HOST_BOOT_TIME, restartTime } from './boot.ts'
import type { DatacenterContext } from './context.ts'
import { isActive, refreshHost, vmsOf } from './machines.ts'
import type { VmPower } from './power.ts'
import { stallsOf } from './stalls.ts'
import { structureOf } from './structure.ts'

type CrashCommands = 'host.crash' | 'host.power-cycle'

/**
 * Faults in a host's software. What is lost and what waits follows from the parts (`hypervisor/products`): a kernel of the machine itself stays down until
 * somebody switches the host off and on; a driver domain, a card or a service is started again by what is left.
 */
export class HostCrashes {
  private readonly context: DatacenterContext
  private readonly power: VmPower
  /** What comes up again by itself, by task. */
  private readonly pending = new Map<RecordId<'task'>, { readonly host: RecordId<'host'>; readonly timer: Disposable }>()

  constructor(context: DatacenterContext, power: VmPower) {
    this.context = context
    this.power = power
  }

  handlers(): CommandHandlers<CrashCommands> {
    const { store } = this.context
    return {
      'host.crash': ({ host, part }) => this.crash(store.require(host), part),
      'host.power-cycle': ({ host }) => this.powerCycle(store.require(host)),
    }
  }

  private crash(host: HostRecord, id: string): null {
    const { composition, now } = structureOf(this.context.store, host)
    const part = composition.find(id)
    if (!part) throw new Failure('not-found', `${host.name} has no part ${id} now.`)
    const space = composition.spaceOf(id)
    if (space.mode === 'machine' || space.mode === 'device') throw new Failure('refused', `${part.name} is hardware: only software can crash here.`, 'Choose a driver, a kernel or a process.')
    if (isDown(now, id)) throw new Failure('conflict', `${part.name} is down already.`)
    const after = effectsOf(composition, [...host.failed.filter((each) => composition.find(each)), id])
    this.tell(host, part, space, composition, now, after)
    if (outlives(this.context.store, space)) this.context.store.update(host.id, { failed: [...host.failed, id] })
    const why = `${part.name} crashed on ${host.name}.`
    this.takeDown(host, (each) => isDown(after, each) && !isDown(now, each), (vm) => this.power.crash(vm, why), why)
    if (space.mode === 'kernel') {
      this.forget(host.id)
      this.context.store.update(host.id, { state: 'crashed', since: this.context.simulation.now })
    } else if (outlives(this.context.store, space)) {
      this.restartLater(host, space)
    }
    refreshHost(this.context.store, host.id)
    this.letWait(host.id)
    return null
  }

  private tell(host: HostRecord, part: Part, space: Part, composition: Composition, now: ReadonlyMap<string, PartEffect>, after: ReadonlyMap<string, PartEffect>): void {
    const guests = composition.parts.filter(({ kind, id }) => kind === 'guest' && !isDown(now, id))
    const names = (which: (effect: PartEffect | undefined) => boolean): string => guests.filter(({ id }) => which(after.get(id))).map(({ name }) => name.split(':')[0]).join(', ')
    const [lost, waiting] = [names((effect) => effect?.kind === 'down'), names((effect) => effect?.kind === 'stalled')]
    const text = [
      `${part.name} crashes on ${host.name}${space === part ? '' : `, and ${space.name} with it, which it is part of`}.`,
      ...(lost === '' ? [] : [`Lost: ${lost}.`]), ...(waiting === '' ? [] : [`Go on, but wait for what it did for them: ${waiting}.`]),
      ...(lost === '' && waiting === '' ? ['No VM notices.'] : []),
    ].join(' ')
    this.context.events.add({ kind: 'fault', subject: host.id, subjectName: host.name, text })
  }

  /** Everything that executes on a part that is down now is down, too. */
  private takeDown(host: HostRecord, lost: (id: string) => boolean, end: (vm: VmRecord) => void, why: string | null): void {
    const { store, simulation, hosting } = this.context
    if (lost(`${host.id}/os`)) hosting().systemDown(host.id, 'power-loss')
    for (const vm of vmsOf(store, host.id)) {
      // A root partition is the host OS.
      if (!lost(guestId(vm)) && !(vm.role === 'privileged-domain' && lost(`${host.id}/os`))) continue
      if (vm.role === 'privileged-domain') store.update(vm.id, { state: why === null ? 'off' : 'fault', since: simulation.now, faultText: why })
      else end(vm)
    }
  }

  /** Guests whose requests are not answered any more, or again. One that is still booting from its disk gives up. */
  private letWait(id: RecordId<'host'>): void {
    const { store, events } = this.context
    const stalls = stallsOf(store, id)
    for (const vm of vmsOf(store, id)) {
      const stalled = stalls.get(vm.id) ?? []
      if (vm.state === 'booting' && stalled.includes('block')) this.power.crash(vm, 'Its disk did not answer: what carries its requests is down.')
      if (stalled.join() === vm.stalled.join()) continue
      const [was, is] = [vm.stalled.length > 0, stalled.length > 0]
      store.update(vm.id, { stalled })
      const words = stalled.map((service) => (service === 'block' ? 'its disk' : 'the network')).join(' and ')
      if (isActive(vm) && is) events.add({ kind: 'vm', subject: vm.id, subjectName: vm.name, text: `${vm.name} goes on computing; ${words} ${stalled.length > 1 ? 'do' : 'does'} not answer.` })
      if (isActive(vm) && was && !is) events.add({ kind: 'vm', subject: vm.id, subjectName: vm.name, text: `${vm.name} gets answers again.` })
    }
  }

  private restartLater(host: HostRecord, space: Part): void {
    const { store, simulation } = this.context
    this.later(host, `Restart ${space.name}`, restartTime(store, space), () => {
      const { failed } = store.require(host.id)
      const { composition } = structureOf(store, store.require(host.id))
      store.update(host.id, { failed: failed.filter((id) => composition.find(id) && !composition.isWithin(id, space.id)) })
      const domain = vmsOf(store, host.id).find((vm) => vm.role === 'privileged-domain' && vm.id === space.record)
      if (domain) store.update(domain.id, { state: 'running', since: simulation.now, faultText: null })
      if (space.id === `${host.id}/os`) this.comeUp(store.require(host.id))
      return `${space.name} runs again on ${host.name}.`
    })
  }

  private powerCycle(host: HostRecord): null {
    const { store, simulation, events } = this.context
    if (host.state === 'empty') throw new Failure('conflict', `${host.name} is empty: nothing would come up.`, 'Install something first.')
    if (host.state === 'booting') throw new Failure('conflict', `${host.name} is coming up already.`)
    this.forget(host.id)
    const { composition, now } = structureOf(store, host)
    const kernels = composition.parts.filter(({ mode }) => mode === 'kernel').map(({ id }) => id)
    events.add({ kind: 'host', subject: host.id, subjectName: host.name, text: `${host.name} is switched off and on.` })
    this.takeDown(host, (id) => composition.find(id) !== undefined && !isDown(now, id), (vm) => this.power.place(vm, 'off'), null)
    store.update(host.id, { state: 'booting', since: simulation.now, failed: kernels })
    refreshHost(store, host.id)
    this.letWait(host.id)
    this.later(host, `Boot ${host.name}`, HOST_BOOT_TIME, () => {
      store.update(host.id, { state: 'running', since: simulation.now, failed: [] })
      for (const vm of vmsOf(store, host.id)) if (vm.role === 'privileged-domain') store.update(vm.id, { state: 'running', since: simulation.now, faultText: null })
      this.comeUp(store.require(host.id))
      return `${host.name} is up again; its VMs are off until somebody starts them.`
    })
    return null
  }

  /** The host OS is up: its engines start, and the VM that Docker Desktop hides. */
  private comeUp(host: HostRecord): void {
    const { store, hosting } = this.context
    if (host.os !== null) hosting().systemUp(host.id)
    for (const vm of vmsOf(store, host.id)) if (vm.role === 'hidden') this.power.place(vm, 'running')
  }

  private later(host: HostRecord, title: string, time: number, done: () => string): void {
    const { store, simulation, ids, events } = this.context
    const task = ids.next('task')
    const startedAt = simulation.now
    store.put({ id: task, type: 'task', kind: 'boot', title, subject: host.id, state: 'running', startedAt, finishedAt: null, detail: `${Math.round(time / SECOND)} s`, progress: 0, cancellable: false, error: null })
    const timer = simulation.schedule(time, () => {
      this.pending.delete(task)
      store.update(task, { state: 'done', detail: 'up', progress: 1, finishedAt: simulation.now })
      if (!store.get(host.id)) return
      const text = done()
      refreshHost(store, host.id)
      this.letWait(host.id)
      events.add({ kind: 'host', subject: host.id, subjectName: host.name, text, cost: simulation.now - startedAt })
    })
    this.pending.set(task, { host: host.id, timer })
  }

  private forget(host: RecordId<'host'>): void {
    const { store, simulation } = this.context
    for (const [task, { host: on, timer }] of this.pending) {
      if (on !== host) continue
      timer.dispose()
      this.pending.delete(task)
      store.update(task, { state: 'cancelled', detail: 'interrupted', finishedAt: simulation.now })
    }
  }
}

/** A VM's own process or monitor is gone with the VM; what belongs to the host is there again after a restart. */
function outlives(store: DatacenterContext['store'], space: Part): boolean {
  const vm: VmRecord | undefined = space.record?.startsWith('vm:') ? store.get(space.record as RecordId<'vm'>) : undefined
  return vm === undefined || vm.role === 'privileged-domain'
}
