import * as v from 'valibot'
import type { RecordId } from './records.ts'

export type MachineId = RecordId<'vm'> | `program:${string}`

/** Checks what is sent as the id of a machine. */
export const machineId = v.custom<MachineId>((value) => typeof value === 'string' && /^(?:vm|program):[A-Za-z0-9._:-]{1,100}$/.test(value), 'not the id of a machine')
