import { describe, expect, test } from 'vitest'
import type { CommandParams } from '../../protocol/commands.ts'
import type { RecordId } from '../../protocol/records.ts'
import { Machine } from '../machine/board/machine.ts'
import { bootRun } from './boot-run.ts'
import { makeDatacenter } from './testing/make-datacenter.ts'
import { vmMachine, vmProgram } from './vm-machine.ts'

const cpu = { vendor: 'amd', model: 'EPYC', flags: ['svm', 'lm'] } as const

/** A room with one switched-off VM of 512 MiB. */
function room() {
  const datacenter = makeDatacenter()
  const host = datacenter.addHost('rack-2017')
  datacenter.run('host.install-os', { host, os: 'debian-12' })
  const { hypervisor } = datacenter.run('host.install-hypervisor', { host, product: 'kvm' })
  const { vm } = datacenter.run('vm.create', { hypervisor, template: 'debian-12', name: 'web-1', memoryMiB: 512 })
  const boot = async (changes: Omit<CommandParams<'vm.configure'>, 'vm'>) => {
    datacenter.run('vm.configure', { vm, ...changes })
    datacenter.run('vm.start', { vm })
    await datacenter.seconds(60)
    return datacenter.store.require(vm)
  }
  const events = (id: RecordId<'vm'>) => datacenter.store.all('event').filter(({ subject }) => subject === id).map(({ text }) => text)
  return { ...datacenter, host, hypervisor, vm, boot, events }
}

describe('a VM boots as its guest does', () => {
  test('what the guest says is on its console, with the VM\'s own address and name', async () => {
    const { vm, boot, store, told } = room()
    const record = await boot({})
    expect(record.state).toBe('running')
    expect(record.console.split('\n')).toEqual([
      'Glass firmware', 'Memory: 512 MiB', 'Disk: 64 sectors', `Network: ${store.require(vm).mac.toUpperCase()}`, 'Loading ...',
      'Kernel: 512 MiB of memory', 'Kernel: paging is on', 'Kernel: the timer ticks',
      'init: starting services', 'init: network interface eth0 is up', '', 'Debian 12', 'login: ',
    ])
    expect(told).toEqual([`up ${vm}`])
  })

  test('its processor is the host\'s, under a hypervisor', () => {
    const { store, vm, host } = room()
    const { cpuid } = new Machine(vmProgram(vmMachine(store, vm).vm).config).cpu
    const { model, flags } = store.require(host).cpu
    expect(cpuid).toMatchObject({ vendor: 'GenuineIntel', brand: model.slice(0, 47) })
    expect([cpuid.moreFeatures & (1 << 5), cpuid.moreFeatures >>> 31]).toEqual([flags.includes('vmx') ? 1 << 5 : 0, 1])
  })

  test('the console fills phase by phase', async () => {
    const { run, vm, store, seconds } = room()
    run('vm.start', { vm })
    const ends = store.require(vm).boot.map(({ endsAt }) => endsAt)
    expect(store.require(vm).console).toBe('')
    await seconds(ends[0]! / 1e9 + 0.001)
    expect(store.require(vm).console).toMatch(/^Glass firmware\n[^]*Network: [0-9A-F:]+\n$/)
    await seconds((ends[1]! - ends[0]!) / 1e9)
    expect(store.require(vm).console).toMatch(/Loading \.\.\.\n$/)
  })

  test('more memory takes the firmware longer to test', () => {
    const ticks = (memoryMiB: number): number => bootRun({ memoryMiB, cpu, disk: true, mac: null, system: 'x', technique: 'native' }).phases[0]!.ticks
    expect(ticks(1024)).toBeGreaterThan(ticks(512))
    expect(ticks(512)).toBeGreaterThan(ticks(64))
  })

  test('the same hardware boots once, however many VMs have it', () => {
    const hardware = { memoryMiB: 96, cpu, disk: true, mac: '52:54:00:00:00:01', system: 'x', technique: 'native' } as const
    const [first, second] = [bootRun(hardware), bootRun({ ...hardware, mac: '52:54:00:00:00:02' })]
    expect(second.phases.map(({ ticks }) => ticks)).toEqual(first.phases.map(({ ticks }) => ticks))
    expect(first.phases[0]!.text).toContain('52:54:00:00:00:01')
    expect(second.phases[0]!.text).toContain('52:54:00:00:00:02')
    expect(bootRun({ ...hardware, mac: null }).complaints).toHaveLength(1)
  })
})

describe('a VM that misses a part', () => {
  test.each([
    ['its disk', { disk: false }, 'No bootable device: no disk answers. System halted.', ['firmware', 'boot loader']],
    ['most of its memory', { memoryMiB: 4 }, 'Not enough memory: 8 MiB are needed. System halted.', ['firmware']],
    ['nearly all its memory', { memoryMiB: 1 }, 'The kernel needs memory up to 2 MiB, but there are 1 MiB. Give the machine more memory.', ['firmware']],
  ])('%s does not come up, and says why', async (_part, changes, words, phases) => {
    const { boot, vm, events, told, store, host } = room()
    const record = await boot(changes)
    expect(record).toMatchObject({ state: 'fault', faultText: words })
    expect(record.boot.map(({ name }) => name)).toEqual(phases)
    if (record.console !== '') expect(record.console.trimEnd().split('\n').at(-1)).toBe(words)
    expect(events(vm).at(-1)).toBe(`web-1 does not boot: ${words}`)
    expect(store.all('task').at(-1)).toMatchObject({ kind: 'boot', state: 'failed', error: words })
    expect(told).toEqual([])
    expect(store.require(host).vcpusUsed).toBe(0)
  })

  test('its network interface comes up without network, and says so', async () => {
    const { boot, vm, events, told } = room()
    const record = await boot({ nic: false })
    expect(record).toMatchObject({ state: 'running', faultText: null })
    expect(record.console).toContain('Network: none\n')
    expect(events(vm).at(-1)).toBe('web-1 says: init: network: failed. Going on without')
    expect(told).toEqual([`up ${vm}`])
  })

  test('boots again with the part back', async () => {
    const { boot, run, vm } = room()
    expect((await boot({ disk: false })).state).toBe('fault')
    run('vm.stop', { vm })
    expect(await boot({ disk: true })).toMatchObject({ state: 'running', faultText: null })
  })

  test('a reset is admitted like a start: the fault has given the memory back', async () => {
    const { run, addHost, store, seconds } = makeDatacenter()
    const { hypervisor } = run('host.install-hypervisor', { host: addHost('rack-2009'), product: 'xen' })
    const [first, ...others] = ['a', 'b', 'c'].map((name) => run('vm.create', { hypervisor, template: 'debian-12', name, memoryMiB: 12 * 1024 }).vm)
    run('vm.configure', { vm: first!, disk: false })
    run('vm.start', { vm: first! })
    await seconds(60)
    expect(store.require(first!).state).toBe('fault')
    for (const vm of others) run('vm.start', { vm })
    expect(() => run('vm.reset', { vm: first! })).toThrow('free and a asks for 12 GiB')
  })
})
