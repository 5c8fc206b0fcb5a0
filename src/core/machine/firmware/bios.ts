import source from '../../../../resources/firmware/bios.asm?raw'
import { assemble } from '../assembler/assemble.ts'

/** Where the firmware lies, up to the end of the first MiB. */
export const BIOS_ADDRESS = 0xf_e000
/** Where a processor begins after power-on: segment and offset. */
export const RESET_SEGMENT = 0xf000
export const RESET_OFFSET = 0xfff0

let image: Uint8Array | undefined

/** The firmware of a PC that boots from its disk: resources/firmware/bios.asm, assembled at first use. */
export function bios(): Uint8Array {
  if (image) return image
  const { ok, image: bytes, messages } = assemble(source)
  if (!ok) throw new Error(`the firmware cannot be assembled: ${messages[0]?.line} ${messages[0]?.message}`)
  return (image = bytes)
}
