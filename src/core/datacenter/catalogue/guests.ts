import type { GuestTemplate } from '../../../protocol/catalogue.ts'

/** A guest template with how long each phase of its boot takes. */
export interface Guest extends GuestTemplate {
  /** Milliseconds of kernel initialisation and of user space until it is ready to serve. */
  readonly bootMs: { readonly kernel: number; readonly services: number }
}

/**
 * Guests to choose from. Sizes are the vendors' usual installation defaults. Boot times: a full Linux userland takes 10 to 60 s
 * from power-on (estimate, unconfirmed); a unikernel 2.3 ms (LightVM, SOSP 2017).
 */
export const GUESTS: readonly Guest[] = [
  guest('ubuntu-22.04', 'Ubuntu 22.04', 'linux', '5.15.0-91-generic', 2, 2048, 20, { kernel: 2900, services: 13_000 }),
  guest('ubuntu-12.04', 'Ubuntu 12.04', 'linux', '3.2.0-23-generic', 1, 1024, 10, { kernel: 2400, services: 11_000 }),
  guest('ubuntu-14.04', 'Ubuntu 14.04', 'linux', '3.13.0-24-generic', 1, 1024, 10, { kernel: 2500, services: 12_000 }),
  guest('debian-12', 'Debian 12', 'linux', '6.1.0-18-amd64', 2, 2048, 20, { kernel: 2200, services: 9_000 }),
  guest('alpine-3.20', 'Alpine 3.20', 'linux', '6.6.31-0-virt', 1, 512, 4, { kernel: 900, services: 1_800 }),
  guest('fedora-40', 'Fedora 40', 'linux', '6.8.5-301.fc40', 2, 4096, 40, { kernel: 2600, services: 14_000 }),
  guest('windows-server-2019', 'Windows Server 2019', 'windows', 'NT 10.0.17763', 2, 4096, 60, { kernel: 6000, services: 32_000 }),
  guest('windows-xp', 'Windows XP', 'windows', 'NT 5.1', 1, 512, 10, { kernel: 5000, services: 25_000 }, 32),
  guest('windows-11', 'Windows 11', 'windows', 'NT 10.0.22631', 2, 4096, 64, { kernel: 6000, services: 28_000 }),
  guest('freebsd-14', 'FreeBSD 14', 'bsd', '14.0-RELEASE', 1, 1024, 16, { kernel: 3500, services: 9_000 }),
  guest('linux-2.4', 'Linux 2.4, 32-bit', 'linux', '2.4.21', 1, 256, 4, { kernel: 3000, services: 15_000 }, 32),
  guest('rtos', 'Real-time system', 'other', 'rtos 1.0', 1, 64, 1, { kernel: 40, services: 20 }, 32),
]

/** The Linux inside Docker Desktop's own VM. */
export const LINUXKIT: Guest = guest('linuxkit', 'LinuxKit', 'linux', '6.6.12-linuxkit', 4, 4096, 64, { kernel: 700, services: 900 })

function guest(
  key: string,
  name: string,
  family: Guest['family'],
  kernel: string,
  vcpus: number,
  memoryMiB: number,
  diskGiB: number,
  bootMs: Guest['bootMs'],
  bits: 32 | 64 = 64,
): Guest {
  return { key, name, family, kernel, vcpus, memoryMiB, diskGiB, bits, bootMs }
}
