import { startMachine } from '../machine-desk.ts'
import type { MachineSettings } from '../machine-settings.ts'
import type { MachineOrder, MachineReport, MachineThread } from '../machine-thread.ts'

/** A machine's "thread" in this one. Orders and reports are copied and come later, as between threads. */
export function localMachine(settings: MachineSettings): MachineThread {
  let [ended, hear]: [boolean, (report: MachineReport) => void] = [false, () => undefined]
  const later = (work: () => void): void => void setImmediate(() => { if (!ended) work() })
  let obey: (order: MachineOrder) => void = () => undefined
  later(() => {
    obey = startMachine(structuredClone(settings), (report) => {
      const copy = structuredClone(report)
      later(() => hear(copy))
    })
  })
  return {
    post: (order) => {
      const copy = structuredClone(order)
      later(() => obey(copy))
    },
    onReport: (listener) => { hear = listener },
    onExit: () => undefined,
    terminate: () => { ended = true },
  }
}
