import type { CommandHandlers } from '../../protocol/commands.ts'
import type { RecordId, VmRecord } from '../../protocol/records.ts'
import type { Disposable } from '../base/emitter.ts'
import { Failure } from '../base/failure.ts'
import { admit } from './admission.ts'
import { type Boot, bootOf, SHUTDOWN_TIME } from './boot.ts'
import type { DatacenterContext } from './context.ts'
import { findGuest, findProduct } from './catalogue/find.ts'
import { isActive, refreshHost } from './machines.ts'
import { requireHandling, stallsOf } from './stalls.ts'
import { chooseTechnique } from './technique.ts'

type PowerCommands = 'vm.start' | 'vm.pause' | 'vm.resume' | 'vm.stop' | 'vm.reset'

/** A VM's life between off and running. Boot and shutdown take simulated time; everything else is immediate. */
export class VmPower {
  private readonly context: DatacenterContext
  /** The next phase of a boot or a shutdown in progress, by VM. */
  private readonly pending = new Map<RecordId<'vm'>, Disposable>()
  private readonly bootTask = new Map<RecordId<'vm'>, RecordId<'task'>>()

  constructor(context: DatacenterContext) {
    this.context = context
  }

  handlers(): CommandHandlers<PowerCommands> {
    const guest = (id: RecordId<'vm'>): VmRecord => this.requireControllable(id)
    return {
      'vm.start': ({ vm }) => this.start(guest(vm)),
      'vm.pause': ({ vm }) => this.pause(guest(vm)),
      'vm.resume': ({ vm }) => this.resume(guest(vm)),
      'vm.stop': ({ vm, force }) => this.stop(guest(vm), force ?? false),
      'vm.reset': ({ vm }) => this.reset(guest(vm)),
    }
  }

  start(vm: VmRecord): null {
    if (vm.state !== 'off' && vm.state !== 'fault') throw wrongState(vm, 'start', 'It must be off.')
    this.boot(this.admitted(vm))
    return null
  }

  /** What it runs on, or in, is gone. */
  crash(vm: VmRecord, reason: string): void {
    if (!isActive(vm)) return
    this.forget(vm.id)
    if (isUp(vm.state) || vm.state === 'stopping') this.context.hosting().systemDown(vm.id, 'power-loss')
    this.set(vm, 'fault', { faultText: reason })
  }

  /** Throws the refusal if it may not run now. The host may have changed since it was planned, and with it how its processor is virtualized. */
  private admitted(vm: VmRecord): VmRecord {
    const { store } = this.context
    const host = store.require(vm.host)
    requireHandling(store, vm)
    const hypervisor = vm.hypervisor === null ? undefined : store.get(vm.hypervisor)
    const technique = hypervisor ? chooseTechnique(findProduct(hypervisor.product), host, findGuest(vm.template), vm.monitor) : vm.technique
    admit(store, host, { ...vm, technique })
    if (technique !== vm.technique) store.update(vm.id, { technique })
    return store.require(vm.id)
  }

  /** Puts a VM into a state without going through the others: snapshots restore with it. */
  place(vm: VmRecord, state: VmRecord['state']): void {
    this.forget(vm.id)
    const was = vm.state
    this.set(vm, state)
    if (isUp(was) && !isUp(state)) this.context.hosting().systemDown(vm.id, 'power-loss')
    if (!isUp(was) && isUp(state)) this.context.hosting().systemUp(vm.id)
    if (isUp(state)) this.context.hosting().setFrozen(vm.id, state === 'paused')
  }

  private boot(vm: VmRecord): void {
    const { simulation, store, ids, events } = this.context
    const boot = bootOf(store, vm, simulation.now)
    this.set(vm, 'booting', { boot: boot.phases, faultText: null, console: '' })
    const task = ids.next('task')
    this.bootTask.set(vm.id, task)
    store.put({
      id: task, type: 'task', kind: 'boot', title: `Boot ${vm.name}`, subject: vm.id, state: 'running', startedAt: simulation.now,
      finishedAt: null, detail: boot.phases[0]!.name, progress: 0, cancellable: false, error: null,
    })
    events.add({ kind: 'vm', subject: vm.id, subjectName: vm.name, text: `${vm.name} is switched on.` })
    this.enterPhase(vm.id, task, boot, 0)
  }

  private enterPhase(id: RecordId<'vm'>, task: RecordId<'task'>, boot: Boot, at: number): void {
    const { simulation, store } = this.context
    const vm = store.get(id)
    if (!vm) return
    const phase = boot.phases[at]
    if (at > 0) store.update(id, { console: boot.consoles[at - 1]! })
    if (!phase) return boot.failure === null ? this.finishBoot(vm, task, boot.complaints) : this.failBoot(vm, task, boot.failure)
    const [first, last] = [boot.phases[0]!.startedAt, boot.phases.at(-1)!.endsAt]
    store.update(task, { detail: phase.name, progress: (phase.startedAt - first) / (last - first) })
    this.pending.set(id, simulation.schedule(phase.endsAt - simulation.now, () => this.enterPhase(id, task, boot, at + 1)))
  }

  /** The guest halted for good, for want of a part. What it said is on the console. */
  private failBoot(vm: VmRecord, task: RecordId<'task'>, failure: string): void {
    const { simulation, store, events } = this.context
    store.update(task, { state: 'failed', error: failure, finishedAt: simulation.now })
    this.forget(vm.id)
    this.set(vm, 'fault', { faultText: failure })
    events.add({ kind: 'fault', subject: vm.id, subjectName: vm.name, text: `${vm.name} does not boot: ${failure}` })
  }

  private finishBoot(vm: VmRecord, task: RecordId<'task'>, complaints: readonly string[]): void {
    const { simulation, store, events } = this.context
    this.forget(vm.id)
    this.set(vm, 'running')
    store.update(task, { state: 'done', detail: 'ready', progress: 1, finishedAt: simulation.now })
    const cost = simulation.now - (vm.boot[0]?.startedAt ?? simulation.now)
    events.add({ kind: 'vm', subject: vm.id, subjectName: vm.name, text: `${vm.name} is ready: ${vm.osName} on ${vm.vcpus} vCPU.`, cost })
    for (const text of complaints) events.add({ kind: 'fault', subject: vm.id, subjectName: vm.name, text: `${vm.name} says: ${text}` })
    this.context.hosting().systemUp(vm.id)
  }

  private pause(vm: VmRecord): null {
    if (vm.state !== 'running') throw wrongState(vm, 'pause', 'Only a running VM can be paused.')
    this.set(vm, 'paused')
    this.context.hosting().setFrozen(vm.id, true)
    this.say(vm, `${vm.name} is paused: its processor stands still, its memory stays.`)
    return null
  }

  private resume(vm: VmRecord): null {
    if (vm.state !== 'paused') throw wrongState(vm, 'resume', 'Only a paused VM can go on.')
    this.set(vm, 'running')
    this.context.hosting().setFrozen(vm.id, false)
    this.say(vm, `${vm.name} goes on.`)
    return null
  }

  private stop(vm: VmRecord, force: boolean): null {
    if (vm.state === 'off') throw wrongState(vm, 'stop', 'It is off already.')
    if (force || vm.state === 'fault') return this.powerOff(vm, 'power-loss')
    if (vm.state === 'paused') throw wrongState(vm, 'shut down', 'A paused guest hears nothing: resume it, or force it off.')
    if (vm.state === 'booting') throw wrongState(vm, 'shut down', 'The guest is not up yet to hear the request: force it off.')
    if (vm.state === 'stopping') throw wrongState(vm, 'stop', 'It is shutting down already; force it off to cut it short.')
    this.set(vm, 'stopping')
    this.say(vm, `${vm.name} is asked to shut down (ACPI power button).`)
    this.context.hosting().systemDown(vm.id, 'shutdown')
    this.pending.set(vm.id, this.context.simulation.schedule(SHUTDOWN_TIME, () => this.endShutdown(vm.id)))
    return null
  }

  private endShutdown(id: RecordId<'vm'>): void {
    const vm = this.context.store.get(id)
    if (!vm) return
    this.forget(id)
    this.set(vm, 'off')
    this.say(vm, `${vm.name} is off.`)
  }

  private powerOff(vm: VmRecord, how: 'power-loss'): null {
    this.forget(vm.id)
    if (isUp(vm.state) || vm.state === 'stopping') this.context.hosting().systemDown(vm.id, how)
    this.set(vm, 'off')
    this.say(vm, `${vm.name} lost its power.`)
    return null
  }

  private reset(vm: VmRecord): null {
    if (vm.state === 'off') throw wrongState(vm, 'reset', 'It is off: start it.')
    // A VM in a fault has given its memory back.
    if (vm.state === 'fault') this.admitted(vm)
    this.forget(vm.id)
    if (isUp(vm.state) || vm.state === 'stopping') this.context.hosting().systemDown(vm.id, 'power-loss')
    this.say(vm, `${vm.name} is reset.`)
    this.boot(this.context.store.require(vm.id))
    return null
  }

  private set(vm: VmRecord, state: VmRecord['state'], more: Partial<VmRecord> = {}): void {
    const { store, simulation } = this.context
    store.update(vm.id, { ...more, state, since: simulation.now })
    const stalled = isActive({ state }) ? (stallsOf(store, vm.host).get(vm.id) ?? []) : []
    if (stalled.join() !== store.require(vm.id).stalled.join()) store.update(vm.id, { stalled })
    refreshHost(store, vm.host)
  }

  private say(vm: VmRecord, text: string): void {
    this.context.events.add({ kind: 'vm', subject: vm.id, subjectName: vm.name, text })
  }

  /** Drops what was scheduled for a VM and closes its boot task. */
  private forget(id: RecordId<'vm'>): void {
    const { store, simulation } = this.context
    this.pending.get(id)?.dispose()
    this.pending.delete(id)
    const task = this.bootTask.get(id)
    this.bootTask.delete(id)
    if (task && store.get(task)?.state === 'running') {
      store.update(task, { state: 'cancelled', detail: 'interrupted', finishedAt: simulation.now })
    }
  }

  private requireControllable(id: RecordId<'vm'>): VmRecord {
    const vm = this.context.store.require(id)
    if (vm.role === 'guest') {
      if (isActive(vm)) requireHandling(this.context.store, vm)
      return vm
    }
    if (vm.role === 'hidden') throw new Failure('refused', `${vm.name} belongs to Docker Desktop, which starts and stops it.`, 'Remove the engine to remove it.')
    throw new Failure('refused', `${vm.name} is the privileged domain: without it no other VM of this host can reach a device.`, 'Wipe the host to remove the hypervisor with it.')
  }
}

/** The guest's kernel is up, thawed or frozen. */
export function isUp(state: VmRecord['state']): boolean {
  return state === 'running' || state === 'paused'
}

function wrongState(vm: VmRecord, verb: string, hint: string): Failure {
  return new Failure('conflict', `${vm.name} is ${vm.state} and cannot ${verb}.`, hint)
}
