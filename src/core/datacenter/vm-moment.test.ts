import { expect, test } from 'vitest'
import { monitorOf } from '../hypervisor/techniques/technique.ts'
import type { MonitorPlan } from '../machine/board/executor.ts'
import { Machine } from '../machine/board/machine.ts'
import { bootRun, PROMPT_TICKS } from './boot-run.ts'
import { makeDatacenter } from './testing/make-datacenter.ts'
import { hardwareOf, vmProgram } from './vm-machine.ts'
import { presentTick } from './vm-moment.ts'

/** A room with one switched-off VM, and where it is now. */
function room(product: 'esxi-8' | 'xen' = 'esxi-8') {
  const datacenter = makeDatacenter()
  const { run, store, simulation, addHost } = datacenter
  const { hypervisor } = run('host.install-hypervisor', { host: addHost('rack-2009'), product })
  const { vm } = run('vm.create', { hypervisor, template: 'debian-12', name: 'web-1', memoryMiB: 256 })
  const now = (): number => presentTick(store, vm, simulation.now)
  const ticks = (): readonly number[] => bootRun(hardwareOf(store, store.require(vm))).phases.map((phase) => phase.ticks)
  const until = (time: number): Promise<void> => simulation.runUntil(time)
  return { ...datacenter, vm, now, ticks, until }
}

const sum = (ticks: readonly number[]): number => ticks.reduce((total, count) => total + count, 0)

test('a VM that is off is at power-on, also after it has run', async () => {
  const { run, vm, now, seconds } = room()
  expect(now()).toBe(0)
  run('vm.start', { vm })
  await seconds(60)
  expect(now()).toBeGreaterThan(0)
  run('vm.stop', { vm, force: true })
  expect(now()).toBe(0)
})

test('half-way through a phase in time, it is half-way through it in ticks; at a border, at the border', async () => {
  const { run, vm, now, ticks, until, store } = room()
  run('vm.start', { vm })
  expect(now()).toBe(0)
  const { boot } = store.require(vm)
  const phases = ticks()
  for (const [at, { startedAt, endsAt }] of boot.slice(0, 3).entries()) {
    const before = sum(phases.slice(0, at))
    await until(startedAt + (endsAt - startedAt) / 2)
    expect(Math.abs(now() - before - phases[at]! / 2)).toBeLessThanOrEqual(1)
    await until(endsAt)
    expect(now()).toBe(before + phases[at]!)
  }
})

test('a VM that runs is at its login prompt: there its machine has printed what the console shows', async () => {
  const { run, vm, now, ticks, seconds, store } = room()
  run('vm.start', { vm })
  await seconds(60)
  expect(now()).toBe(sum(ticks()) + PROMPT_TICKS)
  await seconds(3600)
  expect(now()).toBe(sum(ticks()) + PROMPT_TICKS)
  const machine = new Machine(vmProgram(hardwareOf(store, store.require(vm))).config)
  let text = ''
  machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1').replaceAll('\r', ''))
  machine.run(now())
  expect(text).toBe(store.require(vm).console)
  expect(text).toMatch(/login: $/)
})

test('a paused VM stays where it is; a reset one is at power-on', async () => {
  const { run, vm, now, seconds } = room()
  run('vm.start', { vm })
  await seconds(60)
  run('vm.pause', { vm })
  const there = now()
  await seconds(60)
  expect(now()).toBe(there)
  run('vm.resume', { vm })
  run('vm.reset', { vm })
  expect(now()).toBe(0)
})

test('a VM that does not boot is where its guest gave up', async () => {
  const { run, vm, now, ticks, seconds, store } = room()
  run('vm.configure', { vm, disk: false })
  run('vm.start', { vm })
  await seconds(60)
  expect(store.require(vm).state).toBe('fault')
  expect(ticks()).toHaveLength(2)
  expect(now()).toBe(sum(ticks()))
})

test('a paravirtualized one has a kernel of its own, without firmware, and is where its console says', async () => {
  const { run, vm, now, ticks, seconds, store } = room('xen')
  run('vm.start', { vm })
  expect(store.require(vm).boot.map(({ name }) => name)).toEqual(['kernel', 'services'])
  await seconds(60)
  expect(store.require(vm).console.split('\n')).toEqual([
    'Kernel: 256 MiB of memory', 'Kernel: in ring 1, on page tables of the domain builder', 'Kernel: the timer ticks', 'Kernel: the disk answers',
    'init: starting services', 'init: network interface eth0 is up', '', 'Debian 12', 'login: ',
  ])
  expect(now()).toBe(sum(ticks()) + PROMPT_TICKS)
  const machine = new Machine({ ...vmProgram(hardwareOf(store, store.require(vm))).config, monitor: monitorOf('paravirtual')! })
  let text = ''
  machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1').replaceAll('\r', ''))
  machine.run(now())
  expect(text).toBe(store.require(vm).console)
  machine.typeSerial(Buffer.from('poweroff\r'))
  machine.run(now() + 100_000_000)
  expect([text.split('\n').at(-2), machine.end]).toEqual(['System is going down', { kind: 'exit', code: 0 }])
})

test('a paravirtualized one without a disk, or with too little memory, ends with the kernel\'s words', () => {
  const hardware = { memoryMiB: 64, cpu: { vendor: 'intel', model: '', flags: [] }, disk: false, mac: null, system: 'x', technique: 'paravirtual' } as const
  expect(bootRun(hardware).failure).toBe('Kernel: cannot mount the root: no disk answers. System halted.')
  expect(bootRun({ ...hardware, disk: true, memoryMiB: 4 }).failure).toBe('Not enough memory: 8 MiB are needed. System halted.')
  expect(bootRun({ ...hardware, disk: true }).complaints).toEqual(['init: network: failed. Going on without'])
})

test.each(['hardware-assist', 'binary-translation'] as const)('under %s it is at the same place, to the tick, and has printed the same', (technique) => {
  const { store, vm } = room()
  const hardware = hardwareOf(store, store.require(vm))
  const booted = (monitor: MonitorPlan | null) => {
    const { config } = vmProgram(hardware)
    const machine = new Machine(monitor ? { ...config, monitor } : config)
    let text = ''
    machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1'))
    machine.run(sum(bootRun(hardware).phases.map(({ ticks }) => ticks)) + PROMPT_TICKS)
    return { text, tick: machine.tick, instructions: machine.cpu.instructions }
  }
  const seen = booted(monitorOf(technique))
  expect(seen).toEqual(booted(null))
  expect(seen.text).toMatch(/login: $/)
})
