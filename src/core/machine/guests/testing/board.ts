import { decodeUtf8, encodeUtf8 } from '../../../base/bytes.ts'
import { Machine } from '../../board/machine.ts'
import { cpuidOf } from '../../cpu/cpuid.ts'
import type { GuestRun } from './runs.ts'

const SLICE = 20_000
const MOST_TICKS = 200_000_000

/** Runs a guest on the board until it ends, or halts for good as the run says. */
export function onBoard(run: GuestRun, assembleFile: (key: string) => Uint8Array): { readonly serial: string; readonly machine: Machine } {
  const { guest, disk, memoryMiB = 32, commandLine = '', station, cpuFlags, until } = run
  const machine = new Machine({
    memoryMiB,
    disks: [disk?.(assembleFile) ?? null, null],
    boot: { kind: 'multiboot', image: assembleFile(guest), commandLine },
    ...(cpuFlags && { cpuid: cpuidOf('intel', 'Glasshouse IA-32', cpuFlags) }),
    ...(station && { station: Uint8Array.from(station.split(':'), (byte) => parseInt(byte, 16)) }),
  })
  const inputs = [...(run.inputs ?? [])]
  let serial = ''
  machine.onSerial = (bytes) => { serial += decodeUtf8(bytes).replaceAll('\r', '') }
  while (machine.end === null && machine.tick < MOST_TICKS && !(until && serial.endsWith(until))) {
    machine.run(machine.tick + SLICE)
    if (!inputs[0] || !serial.endsWith(inputs[0].after)) continue
    const { type, key } = inputs.shift()!
    if (type) machine.typeSerial(encodeUtf8(type))
    if (key) [true, false].forEach((down) => machine.key(key.code, down))
  }
  return { serial, machine }
}
