import { clockActions } from './clock.ts'
import { containerActions } from './containers.ts'
import { editActions } from './edit.ts'
import { fileActions } from './file.ts'
import { helpActions } from './help.ts'
import { hostActions } from './hosts.ts'
import { useActions } from './registry.ts'
import { viewActions } from './view.ts'
import { vmActions } from './vms.ts'

export function registerAppActions(): void {
  useActions().register([
    ...clockActions(), ...hostActions(), ...vmActions(), ...containerActions(),
    ...editActions(), ...fileActions(), ...viewActions(), ...helpActions(),
  ])
}
