import { describe, expect, test } from 'vitest'
import { makeDatacenter } from './testing/make-datacenter.ts'

describe('where Docker runs', () => {
  test('on a Linux host: on the host\'s own kernel', () => {
    const room = makeDatacenter()
    const host = room.addHost('rack-2017', 'charminar')
    room.run('host.install-os', { host, os: 'ubuntu-22.04' })
    const { engine } = room.run('engine.install', { owner: host })
    expect(room.store.require(engine)).toMatchObject({ owner: host, name: 'charminar', state: 'running' })
    expect(room.datacenter.systems.find(host)).toMatchObject({ kernelRelease: '5.15.0-91-generic', cores: 16 })
  })

  test('on macOS: in a hidden Linux VM with half of the memory', () => {
    const room = makeDatacenter()
    const host = room.addHost('macbook-2019', 'asha')
    room.run('host.install-os', { host, os: 'macos-13' })
    const { engine } = room.run('engine.install', { owner: host })
    const hidden = room.store.all('vm')[0]!
    expect(hidden).toMatchObject({ role: 'hidden', state: 'running', memoryMiB: 8192, host })
    expect(room.store.require(engine).owner).toBe(hidden.id)
    expect(room.datacenter.systems.find(hidden.id)).toMatchObject({ kernelRelease: '6.6.12-linuxkit' })
    expect(() => room.run('engine.install', { owner: host })).toThrow('asha has Docker already')
    room.run('engine.remove', { engine })
    expect(room.store.count('vm')).toBe(0)
  })

  test.each([
    ['rack-2017', null, 'containers need a kernel to share'],
    ['rack-2006', 'centos-5', 'Docker needs Linux 3.10 or newer'],
    ['laptop-2016', 'windows-11', 'hardware assist switched off'],
  ])('%s with %s is refused: %s', (model, os, refusal) => {
    const room = makeDatacenter()
    const host = room.addHost(model)
    if (os) room.run('host.install-os', { host, os })
    expect(() => room.run('engine.install', { owner: host })).toThrow(refusal)
  })

  test('in a VM only while it runs, and only on Linux', async () => {
    const room = makeDatacenter()
    const host = room.addHost('rack-2017')
    room.run('host.install-os', { host, os: 'debian-12' })
    const { hypervisor } = room.run('host.install-hypervisor', { host, product: 'kvm' })
    const linux = room.run('vm.create', { hypervisor, template: 'debian-12', name: 'web-1' }).vm
    const windows = room.run('vm.create', { hypervisor, template: 'windows-11', name: 'office' }).vm
    expect(() => room.run('engine.install', { owner: linux })).toThrow('web-1 is off')
    expect(() => room.run('engine.install', { owner: windows })).toThrow('Linux containers need a Linux kernel')
    room.run('vm.start', { vm: linux })
    await room.seconds(30)
    const { engine } = room.run('engine.install', { owner: linux })
    expect(room.told).toContain(`attach ${engine} ${linux}`)
    expect(() => room.run('vm.clone', { vm: linux })).toThrow('is running')
  })

  test('wiping a host takes its engine, but not somebody\'s VMs', () => {
    const room = makeDatacenter()
    const host = room.addHost('rack-2017', 'charminar')
    room.run('host.install-os', { host, os: 'debian-12' })
    room.run('engine.install', { owner: host })
    const { hypervisor } = room.run('host.install-hypervisor', { host, product: 'kvm' })
    const { vm } = room.run('vm.create', { hypervisor, template: 'debian-12', name: 'web-1' })
    expect(() => room.run('host.wipe', { host })).toThrow('charminar still holds web-1')
    room.run('vm.delete', { vm })
    room.run('host.wipe', { host })
    expect(room.store.require(host)).toMatchObject({ state: 'empty', os: null, memoryUsedMiB: 0 })
    expect(room.store.count('engine') + room.store.count('hypervisor')).toBe(0)
    expect(room.told.at(-1)).toMatch(/^detach engine:/)
  })
})
