import { type HostPlan, type Part, part } from '../composition.ts'

export const hardwareId = (plan: HostPlan): string => `${plan.id}/hardware`

/** The machine itself and its devices. */
export function hardwareParts(plan: HostPlan): Part[] {
  const machine = hardwareId(plan)
  const device = (name: string, words: string): Part => part(`${plan.id}/${name}`, 'device', `${name}, ${words}`, machine, { mode: 'device' })
  return [
    part(machine, 'hardware', plan.processor, null, { mode: 'machine' }),
    ...plan.disks.map(({ name, kind }) => device(name, kind)),
    ...plan.nics.map(({ name, model }) => device(name, model)),
  ]
}

/** The parts of a kernel that every system needs to drive devices for others. */
export interface DeviceStack {
  readonly parts: Part[]
  /** Where requests for a disk and for the network enter; undefined where the host has no such device. */
  readonly block: string | undefined
  readonly network: string | undefined
}

const DISK_DRIVERS = { hdd: 'ahci', ssd: 'ahci', nvme: 'nvme' } as const

/** Block layer, network stack and a driver for each device, inside the kernel `container`. */
export function deviceStack(plan: HostPlan, owner: string, container: string, words: { readonly block: string; readonly network: string }): DeviceStack {
  const at = (name: string): string => `${owner}/${name}`
  const driver = (device: string, name: string, service: 'block' | 'network'): Part =>
    part(at(`driver.${device}`), 'driver', `${name} driver`, container, { needs: { [service]: `${plan.id}/${device}` } })
  const disks = plan.disks.map(({ name, kind }) => driver(name, DISK_DRIVERS[kind], 'block'))
  const nics = plan.nics.map(({ name, model }) => driver(name, model, 'network'))
  const entry = (service: 'block' | 'network', drivers: readonly Part[]): Part[] =>
    drivers[0] ? [part(at(service), 'service', words[service], container, { needs: { [service]: drivers[0].id } })] : []
  return {
    parts: [...entry('block', disks), ...entry('network', nics), ...disks, ...nics],
    block: disks[0] && at('block'),
    network: nics[0] && at('network'),
  }
}

export const services = (owner: string, container: string, names: Readonly<Record<string, string>>): Part[] =>
  Object.entries(names).map(([key, name]) => part(`${owner}/${key}`, 'service', name, container))
