import { describe, expect, test } from 'vitest'
import type { RecordId } from '../../protocol/records.ts'
import { makeDatacenter } from './testing/make-datacenter.ts'

function kvmRoom(model = 'rack-2017') {
  const room = makeDatacenter()
  const host = room.addHost(model)
  room.run('host.install-os', { host, os: 'debian-12' })
  const { hypervisor } = room.run('host.install-hypervisor', { host, product: 'kvm' })
  const create = (name: string, memoryMiB = 2048, template = 'debian-12'): RecordId<'vm'> => room.run('vm.create', { hypervisor, template, name, memoryMiB }).vm
  return { ...room, host, hypervisor, create, state: (vm: RecordId<'vm'>) => room.store.require(vm).state }
}

describe('a VM from off to running and back', () => {
  test('boots in phases of simulated time', async () => {
    const room = kvmRoom()
    const vm = room.create('web-1')
    room.run('vm.start', { vm })
    expect(room.store.require(vm).boot.map((phase) => phase.name)).toEqual(['firmware', 'boot loader', 'kernel', 'services'])
    await room.seconds(3)
    expect(room.state(vm)).toBe('booting')
    expect(room.store.all('task')[0]).toMatchObject({ kind: 'boot', detail: 'kernel', state: 'running' })
    await room.seconds(20)
    expect(room.state(vm)).toBe('running')
    expect(room.store.all('task')[0]).toMatchObject({ state: 'done', progress: 1 })
    expect(room.told).toEqual([`up ${vm}`])
  })

  test('pauses, resumes, stops and resets only where that makes sense', async () => {
    const room = kvmRoom()
    const vm = room.create('web-1')
    expect(() => room.run('vm.pause', { vm })).toThrow('web-1 is off and cannot pause')
    room.run('vm.start', { vm })
    expect(() => room.run('vm.stop', { vm })).toThrow('web-1 is booting and cannot shut down')
    await room.seconds(30)
    room.run('vm.pause', { vm })
    expect(() => room.run('vm.stop', { vm })).toThrow('cannot shut down')
    room.run('vm.resume', { vm })
    room.run('vm.reset', { vm })
    expect(room.state(vm)).toBe('booting')
    await room.seconds(30)
    room.run('vm.stop', { vm })
    expect(room.state(vm)).toBe('stopping')
    await room.seconds(5)
    expect(room.state(vm)).toBe('off')
    expect(room.told).toEqual([`up ${vm}`, `freeze ${vm}`, `thaw ${vm}`, `down ${vm} power-loss`, `up ${vm}`, `down ${vm} shutdown`])
  })

  test('power pulled during a boot leaves nothing behind', async () => {
    const room = kvmRoom()
    const vm = room.create('web-1')
    room.run('vm.start', { vm })
    await room.seconds(2)
    room.run('vm.stop', { vm, force: true })
    await room.seconds(60)
    expect(room.state(vm)).toBe('off')
    expect(room.store.all('task')[0]).toMatchObject({ state: 'cancelled' })
  })
})

describe('memory', () => {
  test('more than the host has is refused when planning', () => {
    const room = kvmRoom('workstation-2012')
    expect(() => room.create('huge', 32 * 1024)).toThrow('has 16 GiB in all, and huge asks for 32 GiB')
  })

  test('a product without overcommit refuses the VM that no longer fits', async () => {
    const room = makeDatacenter()
    const host = room.addHost('rack-2009', 'charminar')
    const { hypervisor } = room.run('host.install-hypervisor', { host, product: 'xen' })
    const vms = ['a', 'b', 'c'].map((name) => room.run('vm.create', { hypervisor, template: 'debian-12', name, memoryMiB: 12 * 1024 }).vm)
    room.run('vm.start', { vm: vms[0]! })
    room.run('vm.start', { vm: vms[1]! })
    expect(() => room.run('vm.start', { vm: vms[2]! })).toThrow('charminar has 5.8 GiB free and c asks for 12 GiB')
    await room.seconds(40)
    expect(room.store.require(host).memoryUsedMiB).toBe(168 + 2048 + 2 * 12 * 1024)
  })

  test('KVM overcommits', () => {
    const room = kvmRoom('workstation-2012')
    for (const name of ['a', 'b', 'c']) room.run('vm.start', { vm: room.create(name, 8 * 1024) })
    expect(room.store.require(room.host).memoryUsedMiB).toBeGreaterThan(16 * 1024)
  })
})

describe('technique', () => {
  test.each([
    ['rack-2019-amd', 'xen', 'debian-12', 'paravirtualization'],
    ['rack-2019-amd', 'xen', 'windows-server-2019', 'hardware-assist'],
    ['rack-2004', 'esx-3.5', 'windows-xp', 'binary-translation'],
    ['rack-2006', 'esx-3.5', 'debian-12', 'hardware-assist'],
  ])('%s, %s, %s: %s', (model, product, template, technique) => {
    const room = makeDatacenter()
    const { hypervisor } = room.run('host.install-hypervisor', { host: room.addHost(model), product })
    const { vm } = room.run('vm.create', { hypervisor, template, memoryMiB: 512 })
    expect(room.store.require(vm).technique).toBe(technique)
  })

  test('unchanged Windows on Xen without VT-x is refused with the reason', () => {
    const room = makeDatacenter()
    const { hypervisor } = room.run('host.install-hypervisor', { host: room.addHost('rack-2004'), product: 'xen' })
    expect(() => room.run('vm.create', { hypervisor, template: 'windows-xp', memoryMiB: 512 })).toThrow('no kernel changed for paravirtualization')
  })

  test('two hypervisors do not share VT-x', async () => {
    const room = kvmRoom('workstation-2012')
    const other = room.run('host.install-hypervisor', { host: room.host, product: 'virtualbox-7' }).hypervisor
    const guest = room.run('vm.create', { hypervisor: other, template: 'alpine-3.20', name: 'box' }).vm
    room.run('vm.start', { vm: room.create('web-1') })
    expect(() => room.run('vm.start', { vm: guest })).toThrow('VT-x is in use by KVM, which runs web-1')
  })
})

describe('snapshots and clones', () => {
  test('restore brings back hardware and power state; a deleted middle keeps the chain', async () => {
    const room = kvmRoom()
    const vm = room.create('beta')
    const first = room.run('vm.snapshot', { vm, name: 'clean' }).snapshot
    room.run('vm.configure', { vm, memoryMiB: 4096 })
    room.run('vm.start', { vm })
    await room.seconds(30)
    const second = room.run('vm.snapshot', { vm, name: 'running' }).snapshot
    const third = room.run('vm.snapshot', { vm, name: 'later' }).snapshot
    room.run('vm.restore-snapshot', { snapshot: first })
    expect(room.store.require(vm)).toMatchObject({ state: 'off', memoryMiB: 2048, currentSnapshot: first })
    room.run('vm.restore-snapshot', { snapshot: third })
    expect(room.store.require(vm)).toMatchObject({ state: 'running', memoryMiB: 4096 })
    room.run('vm.delete-snapshot', { snapshot: second })
    expect(room.store.require(third).parent).toBe(first)
    expect(room.store.require(third)).toMatchObject({ withMemory: true, sizeMiB: 4096 })
  })

  test('a clone has an identity of its own', () => {
    const room = kvmRoom()
    const vm = room.create('web-1')
    const clone = room.store.require(room.run('vm.clone', { vm }).vm)
    const original = room.store.require(vm)
    expect(clone).toMatchObject({ name: 'web-1-clone-1', memoryMiB: original.memoryMiB, state: 'off' })
    expect([clone.mac, clone.uuid]).not.toEqual([original.mac, original.uuid])
    expect(clone.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
