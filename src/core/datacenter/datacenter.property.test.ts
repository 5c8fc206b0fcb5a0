import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RecordId } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import { findProduct } from './catalogue/find.ts'
import { GUESTS } from './catalogue/guests.ts'
import { HOST_MODELS } from './catalogue/host-models.ts'
import { HOST_SYSTEMS } from './catalogue/host-systems.ts'
import { PRODUCTS } from '../hypervisor/products/catalogue.ts'
import { isActive } from './machines.ts'
import { structureOf } from './structure.ts'
import { makeDatacenter } from './testing/make-datacenter.ts'

type Room = ReturnType<typeof makeDatacenter>

const key = (list: readonly { readonly key: string }[]) => fc.constantFrom(...list.map((each) => each.key))
const verb = fc.constantFrom('vm.start', 'vm.start', 'vm.start', 'vm.pause', 'vm.resume', 'vm.stop', 'vm.reset', 'vm.delete', 'vm.clone', 'vm.snapshot')
const action = fc.oneof(
  fc.record({ do: fc.constant('add' as const), model: key(HOST_MODELS), os: fc.option(key(HOST_SYSTEMS)), product: key(PRODUCTS) }),
  fc.record({ do: fc.constant('create' as const), at: fc.nat(999), template: key(GUESTS), memoryMiB: fc.constantFrom(4, 64, 512, 2048, 6000, 16_000) }),
  fc.record({ do: fc.constant('verb' as const), at: fc.nat(999), verb }),
  fc.record({ do: fc.constant('plug' as const), at: fc.nat(999), disk: fc.boolean(), nic: fc.boolean() }),
  fc.record({ do: fc.constant('restore' as const), at: fc.nat(999) }),
  fc.record({ do: fc.constant('crash' as const), at: fc.nat(999), part: fc.nat(999) }),
  fc.record({ do: fc.constant('power-cycle' as const), at: fc.nat(999) }),
  fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 30 }) }),
)

const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)]

async function apply(room: Room, step: typeof action extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  switch (step.do) {
    case 'add': {
      const host = room.addHost(step.model)
      if (step.os) room.run('host.install-os', { host, os: step.os })
      room.run('host.install-hypervisor', { host, product: step.product })
      return
    }
    case 'create': {
      const hypervisor = pick(room.store.all('hypervisor'), step.at)
      if (hypervisor) room.run('vm.create', { hypervisor: hypervisor.id, template: step.template, memoryMiB: step.memoryMiB })
      return
    }
    case 'verb': {
      const vm: RecordId<'vm'> | undefined = pick(room.store.all('vm'), step.at)?.id
      if (vm) room.run(step.verb as 'vm.start', { vm })
      return
    }
    case 'plug': {
      const vm = pick(room.store.all('vm'), step.at)
      if (vm) room.run('vm.configure', { vm: vm.id, disk: step.disk, nic: step.nic })
      return
    }
    case 'restore': {
      const snapshot = pick(room.store.all('snapshot'), step.at)
      if (snapshot) room.run('vm.restore-snapshot', { snapshot: snapshot.id })
      return
    }
    case 'crash': {
      const host = pick(room.store.all('host'), step.at)
      const part = host && pick(structureOf(room.store, host).composition.parts, step.part)
      if (part) room.run('host.crash', { host: host.id, part: part.id })
      return
    }
    case 'power-cycle': {
      const host = pick(room.store.all('host'), step.at)
      if (host) room.run('host.power-cycle', { host: host.id })
      return
    }
    case 'wait':
      return room.seconds(step.seconds)
  }
}

/** Something to act on from the start: a host without overcommit, one with, and one where two hypervisors want the processor. */
function furnished(): Room {
  const room = makeDatacenter()
  room.run('host.install-hypervisor', { host: room.addHost('rack-2009'), product: 'xen' })
  const linux = room.addHost('rack-2006')
  room.run('host.install-os', { host: linux, os: 'debian-12' })
  room.run('host.install-hypervisor', { host: linux, product: 'kvm' })
  const desk = room.addHost('workstation-2012')
  room.run('host.install-os', { host: desk, os: 'windows-11' })
  for (const product of ['virtualbox-7', 'workstation']) room.run('host.install-hypervisor', { host: desk, product })
  return room
}

/** Whatever is asked, in whatever order. */
function checkInvariants({ store }: Room): void {
  for (const host of store.all('host')) {
    const active = store.all('vm').filter((vm) => vm.host === host.id && isActive(vm))
    expect(host.vcpusUsed).toBe(active.reduce((sum, vm) => sum + vm.vcpus, 0))
    const overcommits = store.all('hypervisor').some((each) => each.host === host.id && findProduct(each.product).allowsOvercommit)
    if (!overcommits) expect(host.memoryUsedMiB).toBeLessThanOrEqual(host.memoryMiB)
    // What is down is said to be, and nothing runs on it.
    const { composition, now } = structureOf(store, host)
    if (host.state === 'crashed' || host.state === 'booting') expect(host.failed.length).toBeGreaterThan(0)
    for (const vm of active.filter(({ role }) => role === 'guest')) {
      const effect = now.get(`${vm.id}/guest`)
      expect(composition.find(`${vm.id}/guest`)).toBeDefined()
      expect(effect?.kind).not.toBe('down')
      expect(vm.stalled).toEqual(effect?.kind === 'stalled' ? effect.services.filter((service) => service !== 'control') : [])
    }
    const owners = new Set(active.filter((vm) => vm.technique === 'hardware-assist').map((vm) => vm.hypervisor))
    expect(owners.size).toBeLessThanOrEqual(1)
  }
  for (const vm of store.all('vm')) {
    expect(store.get(vm.host)).toBeDefined()
    if (vm.currentSnapshot) expect(store.get(vm.currentSnapshot)?.vm).toBe(vm.id)
  }
}

test('any sequence of commands keeps the books, refuses in words, and gives the same state twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 80 }), async (steps) => {
      const rooms = [furnished(), furnished()] as const
      for (const step of steps) {
        for (const room of rooms) {
          await apply(room, step).catch((error: unknown) => {
            if (!(error instanceof Failure)) throw error
          })
          checkInvariants(room)
        }
        expect(rooms[0].store.hash()).toBe(rooms[1].store.hash())
      }
    }),
    { numRuns: 60 },
  )
})
