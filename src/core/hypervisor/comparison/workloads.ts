import calls from '../../../../resources/guests/workloads/calls.inc?raw'
import compute from '../../../../resources/guests/workloads/compute.inc?raw'
import nothing from '../../../../resources/guests/workloads/nothing.inc?raw'
import pages from '../../../../resources/guests/workloads/pages.inc?raw'
import type { WorkloadName } from '../../../protocol/comparison.ts'
import { programOfGuest, programOfSource } from '../../machine/desk/open-program.ts'
import type { MachineProgram } from '../../machine/desk/program.ts'

/** A workload, or none. */
export type Program = WorkloadName | 'nothing'

const PROGRAMS: Readonly<Record<Program, string>> = { compute, calls, pages, nothing }
/** Where the kernels take in what runs on them. */
const INCLUDE = "%include 'kernel-programs.inc'"

/** The kernel of the catalogue, or its port to a hypervisor, with three processes of a workload on it. */
export function workloadProgram(workload: Program, ported: boolean): MachineProgram {
  const kernel = programOfGuest(ported ? 'kernel-pv' : 'kernel')
  const source = kernel.source!
  if (!source.includes(INCLUDE)) throw new Error(`${kernel.title} does not include its programs.`)
  const { config, ...program } = programOfSource(source.replace(INCLUDE, PROGRAMS[workload]), workload)
  return { ...program, config: { ...config, ...(kernel.config.disks && { disks: kernel.config.disks }) } }
}
