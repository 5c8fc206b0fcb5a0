import type { HostSystem } from '../../../protocol/catalogue.ts'

/** Operating systems that can be installed on a host. `memoryMiB` is what an idle system keeps for itself (estimate). */
export const HOST_SYSTEMS: readonly HostSystem[] = [
  { key: 'ubuntu-22.04', name: 'Ubuntu 22.04', family: 'linux', kernel: '5.15.0-91-generic', year: 2022, memoryMiB: 768 },
  { key: 'debian-12', name: 'Debian 12', family: 'linux', kernel: '6.1.0-18-amd64', year: 2023, memoryMiB: 512 },
  { key: 'ubuntu-14.04', name: 'Ubuntu 14.04', family: 'linux', kernel: '3.13.0-24-generic', year: 2014, memoryMiB: 384 },
  { key: 'centos-5', name: 'CentOS 5', family: 'linux', kernel: '2.6.18-8.el5', year: 2007, memoryMiB: 256 },
  { key: 'windows-server-2003', name: 'Windows Server 2003', family: 'windows', kernel: 'NT 5.2', year: 2003, memoryMiB: 512 },
  { key: 'windows-server-2019', name: 'Windows Server 2019', family: 'windows', kernel: 'NT 10.0.17763', year: 2018, memoryMiB: 2048 },
  { key: 'windows-7', name: 'Windows 7', family: 'windows', kernel: 'NT 6.1', year: 2009, memoryMiB: 1024 },
  { key: 'windows-11', name: 'Windows 11', family: 'windows', kernel: 'NT 10.0.22631', year: 2023, memoryMiB: 3072 },
  { key: 'macos-13', name: 'macOS 13', family: 'macos', kernel: 'Darwin 22.6.0', year: 2022, memoryMiB: 3072 },
]
