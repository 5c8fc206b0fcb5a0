import { encodeUtf8 } from '../../base/bytes.ts'
import { MemoryFileSystem } from '../filesystem/memory-file-system.ts'
import { programFile } from '../filesystem/program-file.ts'

export interface HostRootOptions {
  /** As the host record names it, e.g. `Ubuntu Server 24.04 LTS`. */
  readonly osName: string
  readonly hostname: string
  /** Names of the programs to install in /usr/bin; `docker` among them on an engine's host. */
  readonly programs: Iterable<string>
  /** Unix seconds: the time of its files, and of what is written later. */
  readonly now: () => number
}

const DIRECTORIES = ['/bin', '/boot', '/dev', '/etc', '/home', '/home/student', '/lib', '/mnt', '/opt', '/proc', '/root', '/run', '/sbin', '/srv', '/sys', '/tmp', '/usr', '/usr/bin', '/usr/lib', '/usr/local', '/usr/local/bin', '/usr/sbin', '/usr/share', '/var', '/var/lib', '/var/log', '/var/tmp']

/** The file system of an engine's own machine: what its shell finds. */
export function makeHostRoot(options: HostRootOptions): MemoryFileSystem {
  const root = new MemoryFileSystem({ now: options.now })
  for (const path of DIRECTORIES) root.makeDirectory(path, { mode: 0o755 })
  root.setAttributes('/tmp', { mode: 0o1777 })
  root.setAttributes('/root', { mode: 0o700 })
  root.setAttributes('/home/student', { uid: 1000, gid: 1000 })
  const text = (path: string, content: string): void => root.write(path, encodeUtf8(content), { mode: 0o644 })
  text('/etc/hostname', `${options.hostname}\n`)
  text('/etc/hosts', `127.0.0.1\tlocalhost\n127.0.1.1\t${options.hostname}\n`)
  text('/etc/os-release', `PRETTY_NAME="${options.osName}"\nNAME="${options.osName.split(' ')[0] ?? 'Linux'}"\nID=${(options.osName.split(' ')[0] ?? 'linux').toLowerCase()}\n`)
  text('/etc/passwd', 'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nstudent:x:1000:1000:Student:/home/student:/bin/bash\n')
  text('/etc/group', 'root:x:0:\ndaemon:x:1:\nsudo:x:27:student\ndocker:x:999:student\nstudent:x:1000:\n')
  for (const name of options.programs) root.write(`/usr/bin/${name}`, programFile(name, 40_000), { mode: 0o755 })
  for (const name of ['sh', 'bash']) root.makeSymlink(`/usr/bin/${name}`, `/bin/${name}`)
  return root
}
