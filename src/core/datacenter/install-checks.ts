import type { HostSystem } from '../../protocol/catalogue.ts'
import type { CpuFlag, CpuSpec, HostRecord, HypervisorRecord } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import { findHostModel, findHostSystem } from './catalogue/find.ts'
import type { Product } from '../hypervisor/products/catalogue.ts'
import { FLAG_NAMES } from './technique.ts'

/** Throws the refusal the product's own installer would give on this host; returns when it would go on. */
export function checkInstall(product: Product, host: HostRecord, present: readonly HypervisorRecord[]): void {
  if (present.some((other) => other.product === product.key)) throw new Failure('conflict', `${product.name} is already installed on ${host.name}.`)
  const system = host.os === null ? null : findHostSystem(host.os)
  checkPlace(product, host, system, present)
  checkProcessor(product, host)
  checkHardwareList(product, host)
}

function checkPlace(product: Product, host: HostRecord, system: HostSystem | null, present: readonly HypervisorRecord[]): void {
  if (product.hostFamilies.length === 0) {
    if (system || present.length > 0) {
      throw new Failure('refused', `${product.name} is installed on the bare machine, and ${host.name} already runs ${system?.name ?? present[0]!.name}.`, 'Wipe the host first, or add an empty one.')
    }
    return
  }
  if (!system) {
    throw new Failure('refused', `${product.name} needs a host operating system, and ${host.name} is empty.`, `Install ${familyNames(product)} on it first.`)
  }
  if (!product.hostFamilies.includes(system.family)) {
    throw new Failure('refused', `${product.name} does not run on ${system.name}.`, `It runs on ${familyNames(product)}.`)
  }
  const bareMetal = present.find((other) => other.kind === 'bare-metal')
  if (product.key === 'hyper-v' && system.year < 2016) throw new Failure('refused', `Hyper-V 2019 is not part of ${system.name}.`, 'Use a Windows of 2016 or newer.')
  if (product.key === 'kvm' && kernelBefore(system.kernel, 2, 6, 20)) {
    throw new Failure('refused', `modprobe: FATAL: Module kvm not found: Linux ${system.kernel} is older than KVM.`, 'KVM came with Linux 2.6.20, in February 2007.')
  }
  if (product.key !== 'kvm' && bareMetal?.product === 'hyper-v') {
    throw new Failure('refused', `${product.name} finds VT-x taken: Hyper-V owns the processor of ${host.name}.`, 'Remove Hyper-V (wipe the host), or make the VM under Hyper-V.')
  }
}

/** What each vendor calls its virtualization: a laptop by Intel is not asked for AMD-V. */
const VENDOR_FLAGS: Readonly<Record<CpuSpec['vendor'], readonly CpuFlag[]>> = { intel: ['vmx', 'ept', 'vt-d'], amd: ['svm', 'npt', 'amd-vi'], apple: [] }

function checkProcessor(product: Product, host: HostRecord): void {
  for (const choices of product.installNeeds) {
    if (choices.some((flag) => host.cpu.flags.includes(flag))) continue
    const own = choices.filter((flag) => VENDOR_FLAGS[host.cpu.vendor].includes(flag))
    const names = (own.length > 0 ? own : choices).map((flag) => FLAG_NAMES[flag]).join(' or ')
    throw new Failure('refused', missingFlagMessage(product, host, choices, names), missingFlagHint(host, choices, names))
  }
}

function missingFlagMessage(product: Product, host: HostRecord, choices: readonly CpuFlag[], names: string): string {
  if (product.key !== 'kvm') return `${product.name} needs ${names}, and ${host.cpu.model} in ${host.name} does not offer it.`
  const module = host.cpu.vendor === 'amd' ? 'kvm_amd' : 'kvm_intel'
  const log = switchable(host, choices) ? 'kvm: disabled by bios' : 'kvm: no hardware support'
  return `modprobe: ERROR: could not insert '${module}': Operation not supported (${log}).`
}

function missingFlagHint(host: HostRecord, choices: readonly CpuFlag[], names: string): string {
  return switchable(host, choices)
    ? `This host's processor has ${names} switched off. Turn it on in the host's firmware (Change the hardware).`
    : `${host.cpu.model} was made without ${names}; no setting adds it. Choose another host or another hypervisor.`
}

function switchable(host: HostRecord, choices: readonly CpuFlag[]): boolean {
  return findHostModel(host.model).switchedOff.some((flag) => choices.includes(flag))
}

function checkHardwareList(product: Product, host: HostRecord): void {
  const { certifiedNics } = product
  if (!certifiedNics || host.nics.some((nic) => certifiedNics.includes(nic.model))) return
  throw new Failure(
    'refused',
    `${product.name} has no driver for the network card ${host.nics[0]?.model ?? '(none)'} of ${host.name}: it is not on its hardware list.`,
    'A hosted product uses the host OS\'s drivers instead; or choose a server on the list.',
  )
}

function familyNames(product: Product): string {
  const names = { linux: 'Linux', windows: 'Windows', macos: 'macOS' }
  return product.hostFamilies.map((family) => names[family]).join(', ')
}

/** Compares the leading `a.b.c` of a kernel release. */
export function kernelBefore(release: string, ...least: [number, number, number]): boolean {
  const parts = release.split(/[.-]/).map((part) => Number.parseInt(part, 10))
  for (const [at, minimum] of least.entries()) {
    const part = parts[at] ?? 0
    if (part !== minimum) return part < minimum
  }
  return false
}
