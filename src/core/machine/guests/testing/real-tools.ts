import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const guests = resolve(import.meta.dirname, '../../../../../resources/guests')

/** Whether a program can be started. Where it is missing one line says so; in CI it has to be there. */
export function hasTool(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    if (process.env['CI'] === 'true') throw new Error(`${name} is missing`)
    console.log(`skipped: no ${name} on this machine`)
    return false
  }
}

/** A guest of resources/guests as the genuine nasm assembles it. */
export function nasm(key: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'nasm-'))
  try {
    const image = join(folder, 'image')
    execFileSync('nasm', ['-f', 'bin', '-I', `${guests}/lib/`, '-o', image, join(guests, `${key}.asm`)])
    return new Uint8Array(readFileSync(image))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export interface QemuRun {
  /** Primary master and slave. */
  readonly disks?: readonly (Uint8Array | null)[]
  readonly memoryMiB?: number
  readonly nic?: boolean
  /** Keys by QEMU's names, each pressed when the serial output so far ends with the text. */
  readonly keys?: readonly { readonly after: string; readonly key: string }[]
}

/** What a guest sent on the serial line, with plain line feeds, and the process's status: value written to port 0xF4 × 2 + 1. */
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
    const drives = (run.disks ?? []).flatMap((disk, i) => (disk ? ['-drive', `file=${put(`disk${i}`, disk)},format=raw,if=ide,index=${i}`] : []))
    const child = spawn('qemu-system-i386', [
      '-kernel', put('image', image), '-m', String(run.memoryMiB ?? 32), '-display', 'none', '-no-reboot', '-serial', 'stdio',
      '-monitor', `unix:${join(folder, 'monitor')},server=on,wait=off`, '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04', '-icount', 'shift=3,sleep=off',
      ...(run.nic ? ['-nic', 'user,model=ne2k_pci'] : ['-nic', 'none']), ...drives,
    ], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 50_000 })
    return await collect(child, join(folder, 'monitor'), [...(run.keys ?? [])])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function collect(child: ReturnType<typeof spawn>, monitorPath: string, keys: { readonly after: string; readonly key: string }[]): Promise<QemuEnd> {
  let serial = ''
  let errors = ''
  // QEMU opens the monitor before the guest starts; the guest has spoken when the first key is due.
  let socket: Socket | null = null
  const monitor = (): Socket => (socket ??= connect(monitorPath))
  child.stdout?.on('data', (bytes: Buffer) => {
    serial += bytes.toString('latin1').replaceAll('\r', '')
    while (keys[0] && serial.endsWith(keys[0].after)) {
      const { key } = keys.shift()!
      monitor().write(`sendkey ${key} 1\n`)
    }
  })
  child.stderr?.on('data', (bytes: Buffer) => { errors += bytes.toString('latin1') })
  const status = await new Promise<number | null>((done, fail) => {
    child.on('error', fail)
    child.on('close', (code) => done(code))
  })
  if (status === null || errors) throw new Error(`qemu ended with ${status}: ${errors}\n${serial}`)
  return { serial, status }
}
