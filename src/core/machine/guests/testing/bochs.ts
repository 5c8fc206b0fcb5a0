import { execFileSync, spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Tracks of 63 sectors, 16 to a cylinder. */
const CYLINDERS = 20
const DISK_BYTES = CYLINDERS * 16 * 63 * 512
const CONFIG = `cpu: model=core2_penryn_t9600, count=1, ips=50000000
megs: 32
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
ata0-master: type=disk, path=disk, mode=flat, cylinders=${CYLINDERS}, heads=16, spt=63
boot: disk
com1: enabled=1, mode=file, dev=serial
display_library: term
log: log
panic: action=fatal
`

/** Boots a multiboot image in the genuine Bochs (a Core 2 with VMX), pulls the plug when its serial output ends with `until`, and tells that output with plain line feeds. */
export async function bochs(image: Uint8Array, until: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bochs-'))
  try {
    execFileSync('nasm', ['-f', 'bin', '-o', join(folder, 'boot'), join(import.meta.dirname, 'multiboot-disk.asm')])
    const disk = new Uint8Array(DISK_BYTES)
    disk.set(readFileSync(join(folder, 'boot')))
    disk.set(image, 512)
    writeFileSync(join(folder, 'disk'), disk)
    writeFileSync(join(folder, 'config'), CONFIG)
    // Debian's Bochs has its debugger, which wants to be told to go on; its text display wants a terminal.
    writeFileSync(join(folder, 'commands'), 'c\n')
    return await untilSerial(folder, until)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The serial line is a pipe with a name. */
async function untilSerial(folder: string, until: string): Promise<string> {
  execFileSync('mkfifo', [join(folder, 'serial')])
  const child = spawn('script', ['-qec', 'exec bochs -q -f config -rc commands', '/dev/null'], { cwd: folder, stdio: 'ignore', env: { ...process.env, TERM: 'vt100' }, detached: true })
  const ended = new Promise<void>((resolve) => void child.on('close', () => resolve()))
  let serial = ''
  for await (const chunk of createReadStream(join(folder, 'serial'), 'latin1')) {
    serial += String(chunk).replaceAll('\r', '')
    if (serial.endsWith(until)) break
  }
  if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL')
  await ended
  return serial
}
