import { describe, expect, test } from 'vitest'
import { makeDatacenter } from './testing/make-datacenter.ts'

/** Model, system already on it, product, and what its installer says (undefined: it goes on). */
const CASES: readonly [string, string | null, string, string | undefined][] = [
  ['rack-2017', 'debian-12', 'kvm', undefined],
  ['rack-2017', null, 'kvm', 'KVM needs a host operating system'],
  ['rack-2017', null, 'xen', undefined],
  ['rack-2017', 'debian-12', 'xen', 'Xen 4.17 is installed on the bare machine'],
  ['laptop-2016', 'ubuntu-22.04', 'kvm', 'could not insert \'kvm_intel\': Operation not supported (kvm: disabled by bios)'],
  ['rack-2004', 'ubuntu-14.04', 'kvm', 'could not insert \'kvm_intel\': Operation not supported (kvm: no hardware support)'],
  ['rack-2006', 'centos-5', 'kvm', 'Module kvm not found'],
  ['rack-2017', null, 'virtualbox-7', 'VirtualBox 7 needs a host operating system'],
  ['workstation-2012', 'windows-7', 'virtualbox-7', undefined],
  ['laptop-2016', 'windows-11', 'virtualbox-7', undefined],
  ['workstation-2012', 'windows-11', 'hyper-v', undefined],
  ['workstation-2012', 'windows-7', 'hyper-v', 'Hyper-V 2019 is not part of Windows 7'],
  ['rack-2006', null, 'esxi-8', 'VMware ESXi 8 needs EPT,'],
  ['rack-2004', null, 'esx-3.5', undefined],
  ['workstation-2012', null, 'esx-3.5', undefined],
  ['laptop-2016', null, 'esxi-8', 'VMware ESXi 8 needs VT-x,'],
  ['rack-2017', null, 'nitro', 'AWS Nitro has no driver for the network card ixgbe'],
  ['cloud-2017', null, 'nitro', undefined],
  ['macbook-2019', 'macos-13', 'virtual-pc', 'Windows Virtual PC does not run on macOS 13'],
  ['rack-2004', 'windows-server-2003', 'virtual-server-2005', undefined],
]

describe('installing a hypervisor', () => {
  test.each(CASES)('%s with %s: %s', (model, os, product, refusal) => {
    const room = makeDatacenter()
    const host = room.addHost(model)
    if (os) room.run('host.install-os', { host, os })
    const install = (): unknown => room.run('host.install-hypervisor', { host, product })
    if (refusal === undefined) expect(install).not.toThrow()
    else expect(install).toThrow(refusal)
  })

  test('turning VT-x on in the firmware mends the laptop', () => {
    const room = makeDatacenter()
    const host = room.addHost('laptop-2016')
    room.run('host.install-os', { host, os: 'ubuntu-22.04' })
    room.run('host.configure', { host, flags: ['vmx', 'ept', 'lm', 'pae', 'nx'] })
    expect(room.store.require(room.run('host.install-hypervisor', { host, product: 'kvm' }).hypervisor).name).toBe('KVM')
  })

  test('no firmware setting adds what the processor was made without', () => {
    const room = makeDatacenter()
    const host = room.addHost('rack-2004')
    expect(() => room.run('host.configure', { host, flags: ['vmx', 'lm'] })).toThrow('was made without VT-x')
  })

  test('Hyper-V beside VirtualBox: the processor is taken', () => {
    const room = makeDatacenter()
    const host = room.addHost('workstation-2012')
    room.run('host.install-os', { host, os: 'windows-11' })
    room.run('host.install-hypervisor', { host, product: 'hyper-v' })
    expect(() => room.run('host.install-hypervisor', { host, product: 'virtualbox-7' })).toThrow('Hyper-V owns the processor')
  })

  test('a microkernelized product brings its privileged domain', () => {
    const room = makeDatacenter()
    const host = room.addHost('rack-2019-amd')
    room.run('host.install-hypervisor', { host, product: 'xen' })
    expect(room.store.all('vm')).toMatchObject([{ name: 'Domain-0', role: 'privileged-domain', state: 'running', memoryMiB: 2048 }])
    expect(() => room.run('vm.stop', { vm: room.store.all('vm')[0]!.id })).toThrow('privileged domain')
  })
})
