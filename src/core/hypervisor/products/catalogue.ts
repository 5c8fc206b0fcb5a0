import type { HypervisorProduct } from '../../../protocol/catalogue.ts'
import type { CpuFlag } from '../../../protocol/records.ts'

/** How a product runs guest kernels: the first technique whose condition the guest and the processor meet. */
export type CpuRule =
  | { readonly technique: 'hardware-assist' }
  | { readonly technique: 'binary-translation'; readonly bits: 32 | 64 }
  /** Guests whose kernel was changed for it; the others need hardware assist. */
  | { readonly technique: 'paravirtualization' }

/** Which parts a product puts on a host, and where: see `architectures/`. */
export type Architecture =
  | { readonly kind: 'vmkernel' }
  | { readonly kind: 'kvm' }
  /** A kernel driver, and a process for each VM or one for all of them; `world`: its monitor lives outside the host OS, which is switched away for it. */
  | { readonly kind: 'hosted'; readonly driver: string; readonly process: string; readonly shared?: true; readonly world: 'always' | 'to translate' }
  | { readonly kind: 'xen' }
  | { readonly kind: 'root-partition' }
  | { readonly kind: 'nitro' }

export interface Product extends HypervisorProduct {
  readonly architecture: Architecture
  /** Tried in order. */
  readonly cpu: readonly CpuRule[]
  /** Without one of these it does not even install. */
  readonly installNeeds: readonly (readonly CpuFlag[])[]
  /** The privileged domain's memory, MiB, and guest system. */
  readonly domain: { readonly name: string; readonly os: string; readonly kernel: string; readonly memoryMiB: number } | null
  /** Memory the hypervisor itself keeps, MiB. */
  readonly ownMemoryMiB: number
  readonly maxRunningVms: number | null
  /** Host hardware it is certified for, by NIC model; null means "whatever the host OS drives". */
  readonly certifiedNics: readonly string[] | null
}

const HARDWARE: CpuRule = { technique: 'hardware-assist' }
const TRANSLATE_32: CpuRule = { technique: 'binary-translation', bits: 32 }
const PARAVIRTUAL: CpuRule = { technique: 'paravirtualization' }
const VT: readonly (readonly CpuFlag[])[] = [['vmx', 'svm']]
const VT_AND_SLAT: readonly (readonly CpuFlag[])[] = [['vmx', 'svm'], ['ept', 'npt']]
const ESX_NICS = ['e1000', 'e1000e', 'ixgbe', 'bnx2', 'bnxt_en']

const NOTHING_SPECIAL = {
  privilegedDomain: null,
  choosesMonitor: false,
  hostFamilies: [],
  needs: [],
  maxVcpus: null,
  maxMemoryMiB: null,
  allowsOvercommit: false,
  installNeeds: [],
  domain: null,
  ownMemoryMiB: 0,
  maxRunningVms: null,
  certifiedNics: null,
} satisfies Partial<Product>

/** Facts: product manuals and the table of products in `docs/modelled.md`; what is unconfirmed is said in `source`. */
export const PRODUCTS: readonly Product[] = [
  {
    ...NOTHING_SPECIAL, key: 'kvm', name: 'KVM', vendor: 'Linux', year: 2007, kind: 'bare-metal', structure: 'monolithic',
    driversIn: 'the Linux kernel', hostFamilies: ['linux'], needs: ['VT-x or AMD-V', 'a Linux host, kernel 2.6.20 or newer'], allowsOvercommit: true,
    architecture: { kind: 'kvm' },
    cpu: [HARDWARE], installNeeds: VT,
    source: 'Linux kernel documentation; in Linux since 2.6.20, February 2007',
  },
  {
    ...NOTHING_SPECIAL, key: 'xen', name: 'Xen 4.17', vendor: 'Xen Project', year: 2003, kind: 'bare-metal', structure: 'microkernelized',
    driversIn: 'Domain-0', privilegedDomain: 'Domain-0', needs: ['VT-x or AMD-V for guests that are not paravirtualized'],
    maxVcpus: 128, maxMemoryMiB: 16 * 1024 * 1024,
    architecture: { kind: 'xen' },
    cpu: [PARAVIRTUAL, HARDWARE], domain: { name: 'Domain-0', os: 'Debian 12', kernel: '6.1.0-18-amd64', memoryMiB: 2048 }, ownMemoryMiB: 168,
    source: 'Barham et al., SOSP 2003; Xen source, arch-x86 headers and SUPPORT.md',
  },
  {
    ...NOTHING_SPECIAL, key: 'xenserver', name: 'Citrix Hypervisor (XenServer) 8', vendor: 'Citrix', year: 2007, kind: 'bare-metal', structure: 'microkernelized',
    driversIn: 'Domain-0', privilegedDomain: 'Control domain', needs: ['VT-x or AMD-V for Windows guests'],
    architecture: { kind: 'xen' },
    cpu: [PARAVIRTUAL, HARDWARE], domain: { name: 'Control domain', os: 'CentOS 7', kernel: '4.19.0+1', memoryMiB: 2048 }, ownMemoryMiB: 168,
    source: 'product documentation (unconfirmed here)',
  },
  {
    ...NOTHING_SPECIAL, key: 'esx-3.5', name: 'VMware ESX 3.5', vendor: 'VMware', year: 2007, kind: 'bare-metal', structure: 'monolithic',
    driversIn: 'the VMkernel', privilegedDomain: 'Service console', needs: ['a network card on its hardware list', 'VT-x for 64-bit guests on Intel'],
    maxVcpus: 4, allowsOvercommit: true, maxMemoryMiB: 64 * 1024,
    architecture: { kind: 'vmkernel' }, choosesMonitor: true,
    cpu: [TRANSLATE_32, HARDWARE], domain: { name: 'Service console', os: 'Red Hat Enterprise Linux 3', kernel: '2.4.21-47.EL', memoryMiB: 272 }, ownMemoryMiB: 256,
    certifiedNics: ESX_NICS,
    source: 'vSphere 4.0 resource management guide (272 MB console); maximums unconfirmed',
  },
  {
    ...NOTHING_SPECIAL, key: 'esxi-8', name: 'VMware ESXi 8', vendor: 'VMware', year: 2022, kind: 'bare-metal', structure: 'monolithic',
    driversIn: 'the VMkernel', needs: ['VT-x or AMD-V with EPT or NPT', 'a network card on its hardware list'],
    maxVcpus: 768, maxMemoryMiB: 24 * 1024 * 1024, allowsOvercommit: true,
    architecture: { kind: 'vmkernel' },
    cpu: [HARDWARE], installNeeds: VT_AND_SLAT, ownMemoryMiB: 1024, certifiedNics: ESX_NICS, maxRunningVms: 1024,
    source: 'public comparison of vSphere 8 maximums; VMs per host unconfirmed',
  },
  {
    ...NOTHING_SPECIAL, key: 'hyper-v', name: 'Hyper-V 2019', vendor: 'Microsoft', year: 2008, kind: 'bare-metal', structure: 'microkernelized',
    driversIn: 'the root partition', privilegedDomain: 'Root partition', hostFamilies: ['windows'],
    needs: ['a Windows host of 2016 or newer', 'VT-x or AMD-V', 'EPT or NPT'], maxVcpus: 240, maxMemoryMiB: 12 * 1024 * 1024,
    architecture: { kind: 'root-partition' },
    cpu: [HARDWARE], installNeeds: VT_AND_SLAT, domain: { name: 'Root partition', os: 'Windows', kernel: 'NT 10.0', memoryMiB: 0 }, maxRunningVms: 1024,
    source: 'Microsoft scalability page for Windows Server 2016 and 2019',
  },
  {
    ...NOTHING_SPECIAL, key: 'virtualbox-7', name: 'VirtualBox 7', vendor: 'Oracle', year: 2022, kind: 'hosted', structure: 'hybrid',
    driversIn: 'the host OS', hostFamilies: ['linux', 'windows', 'macos'], needs: ['a host OS', 'VT-x or AMD-V'], maxVcpus: 64,
    architecture: { kind: 'hosted', driver: 'vboxdrv', process: 'VBoxHeadless', world: 'to translate' },
    cpu: [HARDWARE],
    source: 'VirtualBox manual; hardware virtualization required since 6.1',
  },
  {
    ...NOTHING_SPECIAL, key: 'virtualbox-4', name: 'VirtualBox 4', vendor: 'Oracle', year: 2010, kind: 'hosted', structure: 'hybrid',
    driversIn: 'the host OS', hostFamilies: ['linux', 'windows', 'macos'], needs: ['a host OS', 'VT-x or AMD-V for 64-bit guests'], maxVcpus: 32,
    architecture: { kind: 'hosted', driver: 'vboxdrv', process: 'VBoxHeadless', world: 'to translate' }, choosesMonitor: true,
    cpu: [HARDWARE, TRANSLATE_32],
    source: 'VirtualBox manual (64-bit and SMP guests always needed hardware virtualization)',
  },
  {
    ...NOTHING_SPECIAL, key: 'workstation', name: 'VMware Workstation', vendor: 'VMware', year: 1999, kind: 'hosted', structure: 'hybrid',
    driversIn: 'the host OS', hostFamilies: ['linux', 'windows'], needs: ['a Linux or Windows host', 'VT-x for 64-bit guests on Intel'], maxVcpus: 32,
    architecture: { kind: 'hosted', driver: 'vmmon', process: 'vmware-vmx', world: 'always' }, choosesMonitor: true,
    cpu: [TRANSLATE_32, HARDWARE],
    source: 'Adams & Agesen, ASPLOS 2006; maximum unconfirmed',
  },
  {
    ...NOTHING_SPECIAL, key: 'vmware-server', name: 'VMware Server 2', vendor: 'VMware', year: 2008, kind: 'hosted', structure: 'hybrid',
    driversIn: 'the host OS', hostFamilies: ['linux', 'windows'], needs: ['a Linux or Windows host'], maxVcpus: 2, maxMemoryMiB: 8 * 1024,
    architecture: { kind: 'hosted', driver: 'vmmon', process: 'vmware-vmx', world: 'always' }, choosesMonitor: true,
    cpu: [TRANSLATE_32, HARDWARE], maxRunningVms: 64,
    source: 'unconfirmed: from general knowledge of the product',
  },
  {
    ...NOTHING_SPECIAL, key: 'virtual-pc', name: 'Windows Virtual PC', vendor: 'Microsoft', year: 2009, kind: 'hosted', structure: 'hybrid',
    driversIn: 'the host OS', hostFamilies: ['windows'], needs: ['a Windows host', 'VT-x or AMD-V'], maxVcpus: 1, maxMemoryMiB: 3712,
    architecture: { kind: 'hosted', driver: 'vpc.sys', process: 'vpc.exe', world: 'always' },
    cpu: [HARDWARE],
    source: 'Microsoft API documentation (3,712 MB; an error is reported when hardware assist is off)',
  },
  {
    ...NOTHING_SPECIAL, key: 'virtual-server-2005', name: 'Virtual Server 2005', vendor: 'Microsoft', year: 2005, kind: 'hosted', structure: 'hybrid',
    driversIn: 'the host OS', hostFamilies: ['windows'], needs: ['a Windows host'], maxVcpus: 1, maxMemoryMiB: 3686,
    architecture: { kind: 'hosted', driver: 'vmm.sys', process: 'vssrvc.exe', shared: true, world: 'always' },
    cpu: [TRANSLATE_32], maxRunningVms: 64,
    source: 'Microsoft TechNet (64 VMs, 3.6 GB each, memory never over-allocated)',
  },
  {
    ...NOTHING_SPECIAL, key: 'nitro', name: 'AWS Nitro', vendor: 'Amazon', year: 2017, kind: 'bare-metal', structure: 'monolithic',
    driversIn: 'the Nitro cards', needs: ['Nitro cards', 'VT-x or AMD-V with EPT or NPT'],
    architecture: { kind: 'nitro' },
    cpu: [HARDWARE], installNeeds: VT_AND_SLAT, certifiedNics: ['nitro-ena'], ownMemoryMiB: 256,
    source: 'Linux kernel documentation (built on KVM core technology); no overcommit unconfirmed',
  },
]
