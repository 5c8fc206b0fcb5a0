import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const guests = resolve(import.meta.dirname, '../../../../../resources/guests')

/** Whether a program can be started. Where it is missing one line says so; in CI it has to be there. */
export function hasTool(name: string, harmless = '--version'): boolean {
  try {
    execFileSync(name, [harmless], { stdio: 'ignore' })
    return true
  } catch {
    if (process.env['CI'] === 'true') throw new Error(`${name} is missing`)
    console.log(`skipped: no ${name} on this machine`)
    return false
  }
}

const images = new Map<string, Uint8Array>()

/** A guest of resources/guests as the genuine nasm assembles it. */
export function nasm(key: string): Uint8Array {
  const image = images.get(key) ?? assembleFile(join(guests, `${key}.asm`))
  images.set(key, image)
  return image
}

/** A source that stands in no file, as the genuine nasm assembles it. */
export function nasmOf(source: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'nasm-'))
  try {
    const file = join(folder, 'guest.asm')
    writeFileSync(file, source)
    return assembleFile(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function assembleFile(file: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'nasm-'))
  try {
    const image = join(folder, 'image')
    execFileSync('nasm', ['-f', 'bin', '-I', `${guests}/lib/`, '-o', image, file])
    return new Uint8Array(readFileSync(image))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export interface QemuRun {
  /** Primary master. */
  readonly disk?: Uint8Array | null
  readonly memoryMiB?: number
  readonly commandLine?: string
  /** Station address of a NE2000 at port 0x300. */
  readonly station?: string
  readonly inputs?: readonly Input[]
  /** Pulls the plug when the serial output ends so: for guests that halt. */
  readonly until?: string
}

/** Something done from outside when the serial output so far ends with `after`: a line typed, or a key pressed and let go. */
export interface Input {
  readonly after: string
  readonly type?: string
  readonly key?: { readonly name: string; readonly code: number }
}

/** What a guest sent on the serial line, with plain line feeds, and the process's status: value written to port 0xF4 × 2 + 1, null where the plug was pulled. */
export interface QemuEnd {
  readonly serial: string
  readonly status: number | null
}

/** Boots an image in the genuine QEMU; its clock counts instructions, so that the load of this machine changes nothing. */
export async function qemu(image: Uint8Array, run: QemuRun = {}): Promise<QemuEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'guest-'))
  try {
    const put = (name: string, bytes: Uint8Array): string => {
      writeFileSync(join(folder, name), bytes)
      return join(folder, name)
    }
    const { disk, memoryMiB = 32, commandLine, station, inputs = [], until } = run
    const child = spawn('qemu-system-i386', [
      '-kernel', put('image', image), '-m', String(memoryMiB), '-display', 'none', '-no-reboot', '-serial', 'stdio', '-nic', 'none',
      '-monitor', `unix:${join(folder, 'monitor')},server=on,wait=off`, '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04', '-icount', 'shift=3,sleep=off',
      ...(disk ? ['-drive', `file=${put('disk', disk)},format=raw,if=ide,index=0`] : []),
      ...(commandLine ? ['-append', commandLine] : []),
      ...(station ? ['-netdev', 'user,id=wire,restrict=on', '-device', `ne2k_isa,iobase=0x300,netdev=wire,mac=${station}`] : []),
    ], { timeout: 50_000 })
    return await collect(child, join(folder, 'monitor'), [...inputs], until)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function collect(child: ChildProcessWithoutNullStreams, monitorPath: string, inputs: Input[], until: string | undefined): Promise<QemuEnd> {
  let serial = ''
  let errors = ''
  // QEMU opens the monitor before the guest starts; the guest has spoken when the first key is due.
  const monitor: { socket?: Socket } = {}
  child.stdout.on('data', (bytes: Buffer) => {
    serial += bytes.toString('latin1').replaceAll('\r', '')
    if (until && serial.endsWith(until)) child.kill('SIGKILL')
    if (!inputs[0] || !serial.endsWith(inputs[0].after)) return
    const { type, key } = inputs.shift()!
    if (type) child.stdin.write(type)
    if (key) (monitor.socket ??= connect(monitorPath)).write(`sendkey ${key.name} 1\n`)
  })
  child.stderr.on('data', (bytes: Buffer) => { errors += bytes.toString('latin1') })
  const status = await new Promise<number | null>((done, fail) => {
    child.on('error', fail)
    child.on('close', (code) => done(code))
  })
  monitor.socket?.destroy()
  if (errors || (status === null && !until)) throw new Error(`qemu ended with ${status}: ${errors}\n${serial}`)
  return { serial, status }
}
