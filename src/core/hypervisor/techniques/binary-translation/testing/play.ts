import type { MachineConfig } from '../../../../machine/board/config.ts'
import { Machine } from '../../../../machine/board/machine.ts'
import { type BinaryTranslation, binaryTranslation } from '../binary-translation.ts'

interface Played { readonly machine: Machine; readonly text: string }

/** A machine whose guest's kernel is translated, and its monitor. */
export function translated(config: MachineConfig): { readonly machine: Machine; readonly monitor: BinaryTranslation } {
  let monitor: BinaryTranslation | null = null
  const plan = binaryTranslation()
  const machine = new Machine({ ...config, monitor: { ...plan, make: (cpu, host) => (monitor = plan.make(cpu, host)) } })
  return { machine, monitor: monitor! }
}

function play(machine: Machine, ticks: number): Played {
  let text = ''
  machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1'))
  machine.run(ticks)
  return { machine, text }
}

/** The same on bare metal and translated, for so many ticks or to the end. */
export function playBoth(config: MachineConfig, ticks = Infinity): { readonly bare: Played; readonly guest: Played; readonly monitor: BinaryTranslation } {
  const { machine, monitor } = translated(config)
  return { bare: play(new Machine(config), ticks), guest: play(machine, ticks), monitor }
}
