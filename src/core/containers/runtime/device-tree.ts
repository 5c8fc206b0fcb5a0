import type { Bytes } from '../../base/bytes.ts'
import type { Random } from '../../simulation/random.ts'
import { MICROSECOND } from '../../simulation/units.ts'
import type { OpenFile } from './open-file.ts'
import type { Process } from './process.ts'
import { FileError, type DeviceNumber } from '../filesystem/file-system.ts'
import type { VirtualNode, VirtualTree } from './virtual-node.ts'

const LINKS: Readonly<Record<string, string>> = { fd: '/proc/self/fd', stdin: '/proc/self/fd/0', stdout: '/proc/self/fd/1', stderr: '/proc/self/fd/2', ptmx: 'pts/ptmx' }
const DIRECTORIES = ['mqueue', 'pts', 'shm']

interface Device {
  readonly number: DeviceNumber
  read(max: number): Bytes
  readonly full?: boolean
}

/** `/dev` as a container runtime sets it up (OCI runtime specification, "Default Devices"). */
export function makeDeviceTree(random: Random): VirtualTree {
  const noise = (max: number): Bytes => Uint8Array.from({ length: max }, () => random.below(256))
  const devices: Readonly<Record<string, Device>> = {
    null: { number: { major: 1, minor: 3 }, read: () => new Uint8Array(0) },
    zero: { number: { major: 1, minor: 5 }, read: (max) => new Uint8Array(max) },
    full: { number: { major: 1, minor: 7 }, read: (max) => new Uint8Array(max), full: true },
    random: { number: { major: 1, minor: 8 }, read: noise },
    urandom: { number: { major: 1, minor: 9 }, read: noise },
  }
  const names = [...Object.keys(devices), ...Object.keys(LINKS), ...DIRECTORIES, 'tty'].sort()
  return {
    mountPoint: '/dev',
    find(parts, viewer): VirtualNode | undefined {
      const [name, below] = parts
      if (name === undefined) return { kind: 'directory', names }
      if (DIRECTORIES.includes(name)) return below === undefined ? { kind: 'directory', names: [] } : undefined
      if (below !== undefined) return undefined
      if (name === 'tty') return terminalNode(viewer)
      const target = LINKS[name]
      if (target) return { kind: 'symlink', target }
      const device = devices[name]
      return device && { kind: 'character-device', device: device.number, mode: 0o666, open: () => openDevice(`/dev/${name}`, device) }
    },
  }
}

function terminalNode(viewer: Process): VirtualNode {
  const open = (): OpenFile => {
    if (!viewer.terminal) throw new FileError('ENOENT', '/dev/tty')
    return viewer.terminal
  }
  return { kind: 'character-device', device: { major: 5, minor: 0 }, mode: 0o666, open }
}

function openDevice(path: string, device: Device): OpenFile {
  return {
    kind: 'device',
    path,
    read: async (process, max) => {
      await process.use(MICROSECOND + max / 10)
      return device.read(Math.min(max, 65_536))
    },
    write: async (process, bytes) => {
      await process.use(MICROSECOND + bytes.length / 10)
      if (device.full) throw new FileError('ENOSPC', path)
    },
    close: () => undefined,
  }
}
