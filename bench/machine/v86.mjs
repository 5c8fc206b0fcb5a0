/** The same kernel in npm v86, in this process: its interpreter, or with its compiler to WebAssembly. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const folder = dirname(createRequire(import.meta.url).resolve('v86'))

export async function runV86(image, jit, heard) {
  const { V86 } = await import('v86')
  const emulator = new V86({
    wasm_path: join(folder, 'v86.wasm'), memory_size: 32 << 20, vga_memory_size: 2 << 20, disable_jit: !jit, autostart: true, disable_speaker: true,
    multiboot: { buffer: image.buffer.slice(image.byteOffset, image.byteOffset + image.byteLength) },
  })
  await new Promise((done) => {
    let going = true
    emulator.add_listener('serial0-output-byte', (byte) => {
      if (going && !(going = heard(byte))) done()
    })
  })
  await emulator.stop()
  await emulator.destroy()
}
