import { encodeUtf8 } from '../../base/bytes.ts'
import type { NewAttributes } from '../filesystem/file-system.ts'
import { bodySize } from '../filesystem/filler.ts'
import type { LayerDirectory } from '../filesystem/layer-tree.ts'
import { OverlayFileSystem } from '../filesystem/overlay-file-system.ts'
import { programFile } from '../filesystem/program-file.ts'

/** Typical sizes of programs, in bytes; others are small ones. */
const programSizes: Readonly<Record<string, number>> = {
  bash: 1_113_504, dash: 121_432, sh: 121_432, busybox: 808_712, ls: 138_208, cat: 35_288, cp: 141_824, mv: 137_728, rm: 63_592, perl: 3_478_464, tar: 445_560, grep: 203_072,
  sed: 109_000, find: 320_160, dpkg: 318_176, 'dpkg-deb': 174_000, 'apt-get': 171_000, apt: 18_824, gpg: 1_021_112, sudo: 166_056, vi: 884_360, git: 2_900_000, curl: 239_848,
  wget: 466_000, openssl: 736_776, python3: 5_490_488, python: 3_785_928, node: 98_000_000, nginx: 1_580_000, 'redis-server': 14_200_000, 'redis-cli': 6_500_000, mysqld: 62_000_000,
  postgres: 9_200_000, go: 14_300_000, java: 12_328, ruby: 14_448, php: 16_800_000, httpd: 2_700_000, traefik: 118_000_000, dockerd: 72_000_000, docker: 39_000_000, ssh: 846_888,
  gcc: 939_000, 'g++': 943_000, make: 240_000, yum: 801, rpm: 20_736, apk: 226_344, hello: 9_500, awk: 125_560, mawk: 125_560, diff: 216_000, mount: 146_760, less: 180_064,
}

/**
 * Collects one layer of a base image. Parents are made on the way; the stand-ins for libraries and data are sized in the end so
 * that the layer has the bytes it should have.
 */
export class ImageTree {
  readonly files: OverlayFileSystem
  private readonly weights = new Map<string, number>()

  /** @param mtime of everything in the layer, seconds since the epoch */
  constructor(lowers: readonly LayerDirectory[], mtime: number) {
    this.files = new OverlayFileSystem(lowers, { now: () => mtime })
  }

  has(path: string): boolean {
    return this.files.lookup(path) !== undefined
  }

  directory(path: string, attributes: NewAttributes = {}): void {
    if (this.files.lookup(path)) return
    this.parent(path)
    this.files.makeDirectory(path, attributes)
  }

  text(path: string, content: string, attributes: NewAttributes = {}): void {
    this.parent(path)
    this.files.write(path, encodeUtf8(content), attributes)
  }

  appendText(path: string, content: string): void {
    this.parent(path)
    this.files.append(path, encodeUtf8(content))
  }

  script(path: string, content: string): void {
    this.text(path, content, { mode: 0o755 })
  }

  link(path: string, target: string): void {
    this.parent(path)
    if (!this.files.lookup(path, { followLast: false })) this.files.makeSymlink(target, path)
  }

  /** A program file; `name` is the userland program that it stands for. */
  program(path: string, name = path.slice(path.lastIndexOf('/') + 1), mode = 0o755): void {
    this.parent(path)
    if (!this.files.lookup(path, { followLast: false })) this.files.write(path, programFile(name, sizeOf(name)), { mode })
  }

  /** Programs of one folder, separated by spaces. */
  programs(folder: string, names: string): void {
    for (const name of names.split(' ')) this.program(`${folder}/${name}`)
  }

  /** A file whose content nobody reads, with a share of the bytes that are left. */
  filler(path: string, weight: number): void {
    this.parent(path)
    this.weights.set(path, weight)
  }

  /** Sizes the fillers so that the layer's files have `bytes` in all (if what is fixed leaves room) and freezes it. */
  finish(bytes: number): LayerDirectory {
    const fixed = this.files.upperSize()
    if (fixed > bytes) this.shrinkPrograms(fixed - bytes)
    let left = Math.max(0, bytes - this.files.upperSize())
    let weight = [...this.weights.values()].reduce((sum, part) => sum + part, 0)
    for (const [path, part] of this.weights) {
      const size = Math.round((left * part) / weight)
      this.files.write(path, { seed: path, size }, { mode: path.includes('.so') ? 0o755 : 0o644 })
      left -= size
      weight -= part
    }
    return this.files.freeze()
  }

  /** Takes bytes away from program files, each in proportion, where an image is smaller than its usual programs. */
  private shrinkPrograms(excess: number): void {
    const programs = this.files.changes().flatMap(({ path, change, stat }) => {
      const body = change === 'added' && stat?.kind === 'file' ? this.files.readBody(path) : undefined
      return body && !(body instanceof Uint8Array) && body.head ? [{ path, body, head: body.head.length }] : []
    })
    const total = programs.reduce((sum, { body }) => sum + body.size, 0)
    const keep = Math.max(0, 1 - excess / Math.max(total, 1))
    for (const { path, body, head } of programs) this.files.write(path, { ...body, size: Math.max(head, Math.floor(bodySize(body) * keep)) })
  }

  private parent(path: string): void {
    const folder = path.slice(0, path.lastIndexOf('/'))
    if (folder !== '') this.directory(folder)
  }
}

function sizeOf(name: string): number {
  const sum = [...name].reduce((total, letter) => total + letter.charCodeAt(0), 0)
  return programSizes[name] ?? 22_000 + (sum % 48) * 1024
}
