import { describe, expect, test } from 'vitest'
import type { RecordId } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import { structureAnswer } from './structure.ts'
import { makeDatacenter } from './testing/make-datacenter.ts'

interface Stand { readonly model: string; readonly os?: string; readonly product: string; readonly templates?: readonly string[] }

/** A host with a product and running VMs. */
async function stand({ model, os, product, templates = ['linux-2.4', 'linux-2.4'] }: Stand) {
  const room = makeDatacenter()
  const host = room.addHost(model, 'host')
  if (os) room.run('host.install-os', { host, os })
  const { hypervisor } = room.run('host.install-hypervisor', { host, product })
  const vms = templates.map((template) => room.run('vm.create', { hypervisor, template }).vm)
  for (const vm of vms) room.run('vm.start', { vm })
  await room.seconds(60)
  room.told.length = 0
  const crash = (part: string): unknown => room.run('host.crash', { host, part })
  const states = () => vms.map((vm) => room.store.require(vm).state)
  const stalled = () => vms.map((vm) => room.store.require(vm).stalled)
  const texts = () => room.store.all('event').map(({ text }) => text)
  const domain = (): RecordId<'vm'> => room.store.all('vm').find(({ role }) => role === 'privileged-domain')!.id
  const structure = (more: { vm?: RecordId<'vm'>; crash?: string } = {}) => structureAnswer(room.store, { host, ...more })
  return { ...room, host, hypervisor, vms, crash, states, stalled, texts, domain, structure }
}

const refusal = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof Failure) return error.message
    throw error
  }
  return 'not refused'
}

const ESX = { model: 'rack-2006', product: 'esx-3.5' }
const XEN = { model: 'rack-2006', product: 'xen' }

describe('a driver crashes', () => {
  test('in the VMkernel of ESX: all VMs are lost, until the host is switched off and on', async () => {
    const { run, host, hypervisor, vms, crash, states, texts, store, seconds } = await stand(ESX)
    crash(`${hypervisor}/driver.nic0`)
    expect(states()).toEqual(['fault', 'fault'])
    expect(store.require(vms[0]!).faultText).toBe('bnx2 driver crashed on host.')
    expect(store.require(host)).toMatchObject({ state: 'crashed', failed: [`${hypervisor}/driver.nic0`] })
    expect(texts().find((text) => text.startsWith('bnx2'))).toBe('bnx2 driver crashes on host, and VMkernel with it, which it is part of. Lost: vm-1, vm-2.')
    expect(refusal(() => run('vm.start', { vm: vms[0]! }))).toMatch(/^host is crashed: bnx2 driver is down/)
    run('host.power-cycle', { host })
    expect(store.require(host).state).toBe('booting')
    expect(refusal(() => run('vm.start', { vm: vms[0]! }))).toMatch(/^host is booting/)
    await seconds(91)
    expect(store.require(host)).toMatchObject({ state: 'running', failed: [] })
    run('vm.start', { vm: vms[0]! })
    await seconds(60)
    expect(states()).toEqual(['running', 'fault'])
  })

  test('in Domain-0 of Xen: the VMs go on and wait, Domain-0 alone is started again', async () => {
    const { run, vms, crash, states, stalled, texts, store, seconds, domain, host } = await stand(XEN)
    crash(`${domain()}/driver.nic0`)
    expect(states()).toEqual(['running', 'running'])
    expect(stalled()).toEqual([['block', 'network'], ['block', 'network']])
    expect(store.require(domain()).state).toBe('fault')
    expect(store.require(host).state).toBe('running')
    expect(texts()).toContain('vm-1 goes on computing; its disk and the network do not answer.')
    expect(refusal(() => run('vm.pause', { vm: vms[0]! }))).toMatch(/^Tool stack \(xl\) is down on host/)
    await seconds(13)
    expect(stalled()).toEqual([[], []])
    expect(store.require(domain()).state).toBe('running')
    expect(store.require(host).failed).toEqual([])
    expect(store.all('event').find(({ text }) => text.includes('runs again'))?.cost).toBe(12e9)
    expect(store.all('task').filter(({ state }) => state === 'running')).toEqual([])
  })

  test('in a Windows that is the root partition: as in Domain-0; in one that hosts: everything is lost', async () => {
    const hyperV = await stand({ model: 'rack-2017', os: 'windows-server-2019', product: 'hyper-v' })
    hyperV.crash(`${hyperV.host}/driver.nic0`)
    expect(hyperV.states()).toEqual(['running', 'running'])
    expect(hyperV.told).toContain(`down ${hyperV.host} power-loss`)
    await hyperV.seconds(40)
    expect(hyperV.stalled()).toEqual([[], []])
    expect(hyperV.told).toContain(`up ${hyperV.host}`)
    const workstation = await stand({ model: 'rack-2017', os: 'windows-server-2019', product: 'workstation' })
    workstation.crash(`${workstation.host}/driver.nic0`)
    expect(workstation.states()).toEqual(['fault', 'fault'])
    expect(workstation.store.require(workstation.host).state).toBe('crashed')
  })

  test('on a Nitro card: the network of all waits, disks answer', async () => {
    const { crash, hypervisor, states, stalled, seconds } = await stand({ model: 'cloud-2017', product: 'nitro' })
    crash(`${hypervisor}/firmware.network`)
    expect([states(), stalled()]).toEqual([['running', 'running'], [['network'], ['network']]])
    await seconds(6)
    expect(stalled()).toEqual([[], []])
  })
})

describe('other parts', () => {
  test('the process of one KVM VM: that one alone, and it can be started again', async () => {
    const { run, vms, crash, states, store, host, told } = await stand({ model: 'rack-2017', os: 'debian-12', product: 'kvm' })
    crash(`${vms[0]!}/process`)
    expect(states()).toEqual(['fault', 'running'])
    expect(store.require(host)).toMatchObject({ state: 'running', failed: [] })
    expect(told).toEqual([`down ${vms[0]!} power-loss`])
    run('vm.start', { vm: vms[0]! })
    expect(states()).toEqual(['booting', 'running'])
  })

  test('Xen itself while Domain-0 comes up again: nothing comes up any more', async () => {
    const { crash, hypervisor, domain, states, store, host, seconds } = await stand(XEN)
    crash(`${domain()}/guest`)
    crash(`${hypervisor}/kernel`)
    expect(states()).toEqual(['fault', 'fault'])
    await seconds(60)
    expect(store.require(host).state).toBe('crashed')
    expect(store.require(domain()).state).toBe('fault')
  })

  test('a VM that is booting from a disk that is gone gives up', async () => {
    const { run, vms, crash, domain, states, seconds } = await stand(XEN)
    run('vm.stop', { vm: vms[0]!, force: true })
    run('vm.start', { vm: vms[0]! })
    await seconds(1)
    crash(`${domain()}/guest`)
    expect(states()).toEqual(['fault', 'running'])
  })

  test('hardware does not crash, what is down does not crash again, and a crashed host is left alone', async () => {
    const { run, crash, host, hypervisor } = await stand(ESX)
    expect(refusal(() => crash(`${host}/sda`))).toBe('sda, hdd is hardware: only software can crash here.')
    expect(refusal(() => crash(`${host}/sdz`))).toBe(`host has no part ${host}/sdz now.`)
    crash(`${hypervisor}/scheduler`)
    expect(refusal(() => crash(`${hypervisor}/kernel`))).toBe('VMkernel is down already.')
    expect(refusal(() => run('host.wipe', { host }))).toBe('host has crashed.')
    run('host.power-cycle', { host })
    expect(refusal(() => run('host.power-cycle', { host }))).toBe('host is coming up already.')
  })

  test('switching a healthy host off and on takes the power from its VMs', async () => {
    const { run, host, states, store, seconds, domain } = await stand(XEN)
    run('host.power-cycle', { host })
    expect(states()).toEqual(['off', 'off'])
    expect(store.require(domain()).state).toBe('off')
    await seconds(91)
    expect(store.require(domain()).state).toBe('running')
  })
})

describe('the structure of a host', () => {
  test('says what a crash would do, before it does', async () => {
    const { structure, crash, vms, domain, states } = await stand(XEN)
    const answer = structure({ crash: `${domain()}/driver.nic0` })
    expect(answer.now).toEqual({})
    expect(answer.crash?.[`${vms[0]!}/guest`]).toEqual({ kind: 'stalled', services: ['block', 'network', 'control'] })
    expect(answer.crash?.[`${domain()}/guest`]).toEqual({ kind: 'down', because: `${domain()}/driver.nic0` })
    crash(`${domain()}/driver.nic0`)
    expect(structure().now).toEqual(answer.crash)
    expect(states()).toEqual(['running', 'running'])
  })

  test('a VM of KVM is a process of the host OS, each vCPU a thread of it; one that is off is no part', async () => {
    const { structure, vms, run, host } = await stand({ model: 'rack-2017', os: 'debian-12', product: 'kvm', templates: ['debian-12', 'debian-12'] })
    const inside = (id: string) => structure().parts.filter((part) => part.in === id).map(({ kind }) => kind)
    expect(structure().parts.find(({ id }) => id === `${vms[0]!}/process`)).toMatchObject({ in: `${host}/os`, mode: 'process' })
    expect(inside(`${vms[0]!}/process`)).toEqual(['vcpu', 'vcpu', 'guest'])
    run('vm.stop', { vm: vms[0]!, force: true })
    expect(structure().parts.some(({ id }) => id.startsWith(`${vms[0]!}/`))).toBe(false)
    expect(structure().vm?.id).toBe(vms[1])
    expect(structure({ vm: vms[0]! }).vm?.id).toBe(vms[0])
  })
})

describe('how a processor is virtualized, by choice', () => {
  const technique = async (stood: Awaited<ReturnType<typeof stand>>, monitor: 'automatic' | 'binary-translation' | 'hardware-assist', at = 0) => {
    const vm = stood.vms[at]!
    if (stood.store.require(vm).state !== 'off') stood.run('vm.stop', { vm, force: true })
    stood.run('vm.configure', { vm, monitor })
    return stood.store.require(vm).technique
  }

  test('ESX with VT-x lets it be chosen, and translates only 32-bit kernels', async () => {
    const stood = await stand({ ...ESX, templates: ['linux-2.4', 'debian-12'] })
    expect(stood.vms.map((vm) => stood.store.require(vm).technique)).toEqual(['binary-translation', 'hardware-assist'])
    expect(await technique(stood, 'hardware-assist')).toBe('hardware-assist')
    expect(await technique(stood, 'automatic')).toBe('binary-translation')
    expect(refusal(() => stood.run('vm.configure', { vm: stood.vms[0]!, monitor: 'hardware-assist' }))).toBe('not refused')
    await expect(technique(stood, 'binary-translation', 1)).rejects.toThrow(/64-bit guest: in 64-bit mode there are no segment limits/)
  })

  test('ESX without VT-x has nothing to choose from, KVM leaves no choice', async () => {
    await expect(technique(await stand({ model: 'rack-2004', product: 'esx-3.5' }), 'hardware-assist')).rejects.toThrow(/offers neither VT-x nor AMD-V/)
    await expect(technique(await stand({ model: 'rack-2017', os: 'debian-12', product: 'kvm' }), 'hardware-assist')).rejects.toThrow('KVM leaves no choice')
  })

  test('a VM is started by what its host offers now', async () => {
    const { run, vms, host, store } = await stand({ ...ESX, templates: ['linux-2.4', 'debian-12'] })
    for (const vm of vms) run('vm.stop', { vm, force: true })
    run('vm.configure', { vm: vms[0]!, monitor: 'hardware-assist' })
    run('host.configure', { host, flags: ['lm', 'pae', 'nx'] })
    expect(refusal(() => run('vm.start', { vm: vms[1]! }))).toMatch(/offers neither VT-x nor AMD-V, and its binary translation takes only 32-bit guests/)
    expect(refusal(() => run('vm.start', { vm: vms[0]! }))).toMatch(/offers neither VT-x nor AMD-V/)
    run('vm.configure', { vm: vms[0]!, monitor: 'automatic' })
    run('vm.start', { vm: vms[0]! })
    expect(store.require(vms[0]!).technique).toBe('binary-translation')
  })
})
