import type { MachineId } from '../../../protocol/machine.ts'
import type { PokePlace } from '../../../protocol/comparison.ts'
import { t } from '../../app/i18n/index.ts'
import { useDialogs } from '../../app/stores/dialogs.ts'
import { useLayout } from '../../app/stores/layout.ts'
import { useMachines } from '../../app/stores/machines.ts'
import { useLockstep } from '../../lockstep/lockstep-store.ts'
import { hexShort, parseAddress } from '../model/format.ts'
import { useMicroscope } from '../microscope-store.ts'

const REGISTERS = ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp', 'eip', 'eflags'] as const

/** A register by its name, or else a doubleword at an address. */
function placeOf(text: string): PokePlace | null {
  const typed = text.trim().toLowerCase()
  const register = REGISTERS.find((name) => name === typed)
  if (register) return { register }
  const address = parseAddress(typed.replace(/^\[(.*)\]$/, '$1'), null)
  return address === null ? null : { address }
}

/** Another future of the machine under the microscope, a value changed in its past, and both beside each other. */
export function useBranches() {
  const microscope = useMicroscope()
  const machines = useMachines()
  const layout = useLayout()

  /** The branch comes under the microscope; the other stays as it is. */
  async function branch(): Promise<void> {
    const { machine } = microscope
    if (machine) microscope.show((await machines.request('machine.branch', { machine })).machine)
  }

  async function poke(place: PokePlace, value: number): Promise<void> {
    if (microscope.machine) await machines.request('machine.poke', { machine: microscope.machine, place, value })
  }

  /** Asks for a register or an address, and for what it is to hold. */
  function askPoke(): void {
    useDialogs().ask({
      title: t('microscope.branch.poke-title'), submit: t('microscope.branch.poke-submit'),
      fields: [
        { kind: 'text', key: 'place', label: t('microscope.branch.place'), value: 'eax' },
        { kind: 'text', key: 'value', label: t('microscope.branch.value'), value: hexShort(microscope.state?.cpu.eax ?? 0) },
      ],
      run: async (values) => {
        const place = placeOf(values.text('place'))
        const value = parseAddress(values.text('value'), microscope.state?.cpu ?? null)
        if (place === null) throw new Error(t('microscope.branch.bad-place'))
        if (value === null) throw new Error(t('microscope.branch.bad-value'))
        return poke(place, value)
      },
    })
  }

  /** The machine under the microscope beside others that are open. */
  async function compare(other: MachineId): Promise<void> {
    if (!microscope.machine) return
    layout.show('lockstep')
    await useLockstep().open([other, microscope.machine])
  }

  return { branch, askPoke, compare }
}
