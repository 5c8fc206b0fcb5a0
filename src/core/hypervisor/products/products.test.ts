import { describe, expect, test } from 'vitest'
import type { Crossing } from '../../../protocol/structure.ts'
import { PRODUCTS } from './catalogue.ts'
import { effectsOf, isDown, supportOf } from './effects.ts'
import { guestId, pathOf } from './paths.ts'
import { planOf, type GuestWanted } from './testing/plans.ts'

const KEYS = PRODUCTS.map(({ key }) => key)
const names = (key: string, guest: GuestWanted = {}): string[] => {
  const { composition, vms } = planOf(key, [guest])
  return pathOf(composition, vms.at(-1)!, 'block')!.there.map(({ part, by }) => `${by ?? 'from'} ${composition.get(part).kind}`)
}
const crossings = (key: string, guest: GuestWanted = {}): number => {
  const { composition, vms } = planOf(key, [guest])
  return pathOf(composition, vms.at(-1)!, 'block')!.crossings
}
/** Where the guests are after the driver of the first network card has crashed. */
function afterDriverCrash(key: string): { lost: string[]; stalled: string[]; total: number } {
  const { composition, vms } = planOf(key, [{}, {}, { family: 'windows' }])
  const guests = vms.filter(({ role }) => role === 'guest').map(guestId)
  const driver = composition.parts.find(({ kind, name }) => kind === 'driver' && /e1000e driver|VPC firmware/.test(name))!
  const effects = effectsOf(composition, [driver.id])
  return { lost: guests.filter((id) => isDown(effects, id)), stalled: guests.filter((id) => effects.get(id)?.kind === 'stalled'), total: guests.length }
}

describe('the way of a block request', () => {
  test('a paravirtualized guest of Xen: front-end, ring, grant, event channel, back-end, driver, disk', () => {
    const { composition, vms } = planOf('xen')
    const path = pathOf(composition, vms.at(-1)!, 'block')!
    expect(path.there.map(({ part }) => composition.get(part).name)).toEqual(['blkfront', 'Ring', 'Grant table', 'Event channel', 'blkback', 'ahci driver', 'sda, ssd'])
    expect(path.there.map(({ by }) => by)).toEqual([null, 'memory', 'memory', 'hypercall', 'virtual-interrupt', 'call', 'device'] satisfies (Crossing | null)[])
    expect(path.hops).toBe(6)
    expect(path.back.map(({ by }) => by)).toEqual([null, 'interrupt', 'call', 'hypercall', 'virtual-interrupt', 'memory', 'memory'] satisfies (Crossing | null)[])
  })

  test('a hosted product switches the world, and asks the host OS by a process', () => {
    expect(names('workstation')).toEqual(['from front-end', 'call-out monitor', 'world-switch service', 'user-return process', 'system-call service', 'call driver', 'device device'])
    expect(names('workstation', { technique: 'hardware-assist' })[1]).toBe('vm-exit monitor')
  })

  test('VirtualBox takes hardware-assisted guests out in the host kernel, and translated ones in a world of their own', () => {
    expect(names('virtualbox-4', { technique: 'hardware-assist' })).toEqual(['from front-end', 'vm-exit service', 'user-return process', 'system-call service', 'call driver', 'device device'])
    expect(names('virtualbox-4', { technique: 'binary-translation' })).toContain('world-switch service')
  })

  test('ESX has its drivers at hand; KVM goes by the process of the VM; a Nitro guest asks the card itself', () => {
    expect(names('esx-3.5')).toEqual(['from front-end', 'call-out monitor', 'monitor-call service', 'call driver', 'device device'])
    expect(names('kvm')).toEqual(['from front-end', 'vm-exit service', 'user-return process', 'system-call service', 'call driver', 'device device'])
    expect(names('nitro')).toEqual(['from front-end', 'device card', 'device device'])
  })

  test('an unmodified guest of Xen has its disk emulated by a process in Domain-0', () => {
    expect(names('xen', { family: 'windows', technique: 'hardware-assist' })).toEqual(['from front-end', 'vm-exit service', 'virtual-interrupt process', 'system-call service', 'call driver', 'device device'])
  })

  test('a hosted product with a world of its own leaves more protection domains than any bare-metal one', () => {
    const bare = PRODUCTS.filter(({ kind }) => kind === 'bare-metal').map(({ key }) => crossings(key))
    const hosted = PRODUCTS.filter(({ architecture }) => architecture.kind === 'hosted' && architecture.world === 'always').map(({ key }) => crossings(key))
    expect(Math.min(...hosted)).toBeGreaterThan(Math.max(...bare))
  })
})

describe('a driver that crashes', () => {
  test.each(['esx-3.5', 'esxi-8', 'kvm', 'workstation', 'vmware-server', 'virtualbox-4', 'virtualbox-7', 'virtual-pc', 'virtual-server-2005'])('%s: takes every VM along', (key) => {
    const { lost, total } = afterDriverCrash(key)
    expect(lost).toHaveLength(total)
  })

  test.each(['xen', 'xenserver', 'hyper-v', 'nitro'])('%s: no VM is lost, all wait', (key) => {
    const { lost, stalled, total } = afterDriverCrash(key)
    expect(lost).toEqual([])
    expect(stalled).toHaveLength(total)
  })

  test('Domain-0 is dead: a guest that asks for nothing goes on', () => {
    const { composition } = planOf('xen', [{}])
    expect(effectsOf(composition, ['vm:0/guest']).get('vm:1/guest')).toEqual({ kind: 'stalled', services: ['block', 'network', 'control'] })
    expect(effectsOf(composition, ['vm:0/guest']).get('hypervisor:1/kernel')).toBeUndefined()
  })

  test('the process of a KVM VM is dead: that VM alone', () => {
    const { composition } = planOf('kvm', [{}, {}])
    const effects = effectsOf(composition, ['vm:1/process'])
    expect([...effects].filter(([id]) => !id.startsWith('vm:1/'))).toEqual([])
    expect(isDown(effects, 'vm:1/guest')).toBe(true)
  })

  test('the service of Virtual Server is one for all VMs; a VMware process is one each', () => {
    const all = planOf('virtual-server-2005', [{}, {}]).composition
    expect(['vm:1/guest', 'vm:2/guest'].map((id) => isDown(effectsOf(all, ['hypervisor:1/process']), id))).toEqual([true, true])
    const each = planOf('vmware-server', [{}, {}]).composition
    expect(['vm:1/guest', 'vm:2/guest'].map((id) => isDown(effectsOf(each, ['vm:1/process']), id))).toEqual([true, false])
  })

  test('agents of ESXi are dead: nothing stops, nothing can be started', () => {
    const effects = effectsOf(planOf('esxi-8').composition, ['hypervisor:1/agents'])
    expect(effects.get('vm:1/guest')).toEqual({ kind: 'stalled', services: ['control'] })
  })
})

describe('what the catalogue says in words', () => {
  const PLACES: Readonly<Record<string, string>> = {
    'the VMkernel': 'hypervisor', 'the Linux kernel': 'host-os', 'the host OS': 'host-os', 'Domain-0': 'domain', 'the root partition': 'domain', 'the Nitro cards': 'card',
  }

  test.each(PRODUCTS.map((product) => [product.key, product] as const))('%s: its drivers are where it says, and its structure decides what they take along', (key, { driversIn, structure }) => {
    const { composition } = planOf(key)
    for (const { id } of composition.parts.filter(({ kind }) => kind === 'driver')) expect(composition.spaceOf(id).kind).toBe(PLACES[driversIn])
    const { lost, total } = afterDriverCrash(key)
    // Nitro's hypervisor is one piece, but has given its drivers away.
    expect(lost).toHaveLength(structure === 'microkernelized' || key === 'nitro' ? 0 : total)
  })
})

describe('every part of every product', () => {
  test.each(KEYS)('%s: takes what it contains, what needs that to run, and nothing else', (key) => {
    const { composition, vms } = planOf(key, [{}, {}])
    for (const { id } of composition.parts) {
      const effects = effectsOf(composition, [id])
      const space = composition.spaceOf(id)
      for (const inside of composition.within(space.id)) expect(isDown(effects, inside.id), `${id} > ${inside.id}`).toBe(true)
      for (const other of composition.parts) {
        if (!isDown(effects, other.id) || composition.isWithin(other.id, space.id)) continue
        // Down without being inside: it, or something that it is in, needs something that is down to run.
        const domains = composition.parts.filter((each) => composition.isWithin(other.id, each.id)).flatMap((each) => composition.parts.filter((mate) => composition.spaceOf(mate.id) === composition.spaceOf(each.id)))
        expect(domains.some(({ needs }) => needs.run !== undefined && isDown(effects, needs.run)), `${id} > ${other.id}`).toBe(true)
      }
    }
    // One guest's own parts never take another.
    const [first, second] = vms.filter(({ role }) => role === 'guest')
    for (const { id } of composition.within(guestId(first!))) expect(effectsOf(composition, [id]).get(guestId(second!))).toBeUndefined()
  })

  test.each(KEYS)('%s: a request reaches a device and comes back the same way', (key) => {
    const { composition, vms } = planOf(key)
    for (const request of ['block', 'network'] as const) {
      const { there, back } = pathOf(composition, vms.at(-1)!, request)!
      expect(composition.get(there.at(-1)!.part).kind).toBe('device')
      expect(back.map(({ part }) => part)).toEqual(there.map(({ part }) => part).reverse())
    }
    expect(pathOf(composition, vms.at(-1)!, 'instruction')!.crossings).toBe(1)
  })

  test('the fewest parts are trusted where drivers are outside, the most where a whole OS lies below', () => {
    const trusted = (key: string): number => {
      const { composition, vms } = planOf(key)
      return supportOf(composition, guestId(vms.at(-1)!)).trusted.length
    }
    for (const micro of ['xen', 'hyper-v', 'nitro']) for (const mono of ['esx-3.5', 'esxi-8', 'kvm']) expect(trusted(micro)).toBeLessThan(trusted(mono))
    expect(trusted('esxi-8')).toBeLessThan(trusted('workstation'))
  })
})
