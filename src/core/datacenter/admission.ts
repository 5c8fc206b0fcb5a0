import type { HostRecord, VmRecord } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import type { Store } from '../store/store.ts'
import { findProduct } from './catalogue/find.ts'
import type { Product } from '../hypervisor/products/catalogue.ts'
import { freeMemoryMiB, isActive, memoryText, reservedMemoryMiB, vmsOf } from './machines.ts'

export interface VmSize {
  readonly vcpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
}

/** Could this VM ever start here? The product's maximums and the host's hardware. */
export function checkSize(store: Store, product: Product, host: HostRecord, name: string, size: VmSize): void {
  if (product.maxVcpus !== null && size.vcpus > product.maxVcpus) {
    throw new Failure('capacity', `${product.name} gives a VM at most ${product.maxVcpus} vCPU, and ${name} asks for ${size.vcpus}.`, 'Ask for fewer.')
  }
  if (product.maxMemoryMiB !== null && size.memoryMiB > product.maxMemoryMiB) {
    throw new Failure('capacity', `${product.name} gives a VM at most ${memoryText(product.maxMemoryMiB)}, and ${name} asks for ${memoryText(size.memoryMiB)}.`, 'Ask for less.')
  }
  const usable = host.memoryMiB - reservedMemoryMiB(store, host)
  if (size.memoryMiB > usable && !product.allowsOvercommit) {
    throw new Failure('capacity', `${host.name} can give its VMs ${memoryText(usable)}, and ${name} asks for ${memoryText(size.memoryMiB)}.`, 'Lower its memory, or use a larger host.')
  }
  if (size.memoryMiB > host.memoryMiB) {
    throw new Failure('capacity', `${host.name} has ${memoryText(host.memoryMiB)} in all, and ${name} asks for ${memoryText(size.memoryMiB)}.`, 'Lower its memory, or use a larger host.')
  }
  const disk = host.disks.reduce((sum, each) => sum + each.sizeGiB, 0)
  if (size.diskGiB > disk) throw new Failure('capacity', `${host.name} has ${disk} GiB of disk, and ${name} asks for ${size.diskGiB} GiB.`, 'Make its disk smaller.')
}

/** May it start now? Throws the refusal if memory or the processor's virtualization is taken. */
export function admit(store: Store, host: HostRecord, vm: VmRecord): void {
  const hypervisor = vm.hypervisor === null ? undefined : store.get(vm.hypervisor)
  if (!hypervisor) return
  const product = findProduct(hypervisor.product)
  checkSize(store, product, host, vm.name, vm)
  const active = vmsOf(store, host.id).filter((other) => isActive(other) && other.role === 'guest')
  const free = freeMemoryMiB(store, host)
  if (vm.memoryMiB > free && !product.allowsOvercommit) {
    throw new Failure('capacity', `${host.name} has ${memoryText(Math.max(0, free))} free and ${vm.name} asks for ${memoryText(vm.memoryMiB)}.`, `Lower its memory, or stop another VM: ${product.name} does not overcommit.`)
  }
  if (product.maxRunningVms !== null && active.length >= product.maxRunningVms) {
    throw new Failure('capacity', `${product.name} runs at most ${product.maxRunningVms} VMs, and ${active.length} are running.`, 'Stop one of them.')
  }
  const rival = active.find((other) => vm.technique === 'hardware-assist' && other.technique === 'hardware-assist' && other.hypervisor !== vm.hypervisor && other.hypervisor !== null)
  if (rival) {
    const owner = store.get(rival.hypervisor!)
    throw new Failure('refused', `VT-x is in use by ${owner?.name ?? 'another hypervisor'}, which runs ${rival.name} on ${host.name}.`, `Stop ${rival.name}: two hypervisors cannot both own the processor.`)
  }
}
