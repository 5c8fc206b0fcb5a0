import { type HostPlan, type Part, part } from '../composition.ts'
import { deviceStack, type DeviceStack, services } from './hardware.ts'

export const hostOsId = (plan: HostPlan): string => `${plan.id}/os`

/** The operating system of a host with its drivers: on the machine, or, as a root partition, on a hypervisor. */
export function hostOs(plan: HostPlan, container: string, kind: 'host-os' | 'domain' = 'host-os', record?: Part['record']): DeviceStack {
  const kernel = hostOsId(plan)
  const stack = deviceStack(plan, plan.id, kernel, { block: 'Block layer and file systems', network: 'Network stack and bridge' })
  const mode = kind === 'domain' ? 'guest' : 'kernel'
  return {
    ...stack,
    parts: [
      part(kernel, kind, `${plan.os?.name ?? 'Host OS'} kernel`, container, { mode, ...(record && { record }) }),
      ...services(plan.id, kernel, { scheduler: 'Scheduler', memory: 'Memory manager' }),
      ...stack.parts,
    ],
  }
}
