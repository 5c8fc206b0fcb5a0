import type { Process } from './process.ts'

type Processes = ReadonlyMap<number, Process>

/** What the live processes of a table hold in memory; bytes. */
export function residentBytes(processes: Processes): number {
  let sum = 0
  for (const process of processes.values()) if (!process.status) sum += process.residentBytes
  return sum
}

/** The OOM killer: ends the biggest process until the rest fits. */
export function relieveMemory(processes: Processes, limit: number, kill: (process: Process) => void): void {
  while (residentBytes(processes) > limit) {
    const live = [...processes.values()].filter((process) => !process.status)
    kill(live.reduce((a, b) => (b.residentBytes > a.residentBytes ? b : a)))
  }
}
