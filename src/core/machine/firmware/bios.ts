import source from '../../../../resources/firmware/bios.asm?raw'
import disk from '../../../../resources/firmware/bios-disk.inc?raw'
import interrupts from '../../../../resources/firmware/bios-interrupts.inc?raw'
import keys from '../../../../resources/firmware/bios-keys.inc?raw'
import screen from '../../../../resources/firmware/bios-screen.inc?raw'
import system from '../../../../resources/firmware/bios-system.inc?raw'
import time from '../../../../resources/firmware/bios-time.inc?raw'
import { assemble } from '../assembler/assemble.ts'

/** Where the firmware lies, up to the end of the first MiB. */
export const BIOS_ADDRESS = 0xf_e000
/** Where a processor begins after power-on: segment and offset. */
export const RESET_SEGMENT = 0xf000
export const RESET_OFFSET = 0xfff0

const PARTS: ReadonlyMap<string, string> = new Map(Object.entries({ disk, interrupts, keys, screen, system, time }).map(([name, text]) => [`bios-${name}.inc`, text]))

let image: Uint8Array | undefined

/** The firmware of a PC that boots from its disk: resources/firmware/bios.asm, assembled at first use. */
export function bios(): Uint8Array {
  if (image) return image
  const { ok, image: bytes, messages } = assemble(source, { include: (name) => PARTS.get(name) ?? null })
  if (!ok) throw new Error(`the firmware cannot be assembled: ${messages[0]?.line} ${messages[0]?.message}`)
  return (image = bytes)
}
