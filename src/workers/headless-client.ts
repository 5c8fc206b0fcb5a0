import headlessWorker from './headless-worker.ts?nodeWorker'

export interface HeadlessParams {
  /** `untilNs`: simulated time to stop at; null runs until nothing more will happen. */
  readonly run: { readonly file: string; readonly untilNs: number | null }
  readonly build: { readonly folder: string; readonly dockerfile: string; readonly universe: string }
}

export interface HeadlessResults {
  readonly run: { readonly hash: string; readonly simTime: number; readonly metrics: Readonly<Record<string, number>> }
  readonly build: {
    readonly digest: string | null
    readonly layers: readonly { readonly digest: string; readonly size: number; readonly line: number }[]
    readonly error: { readonly line: number; readonly exitCode: number | null; readonly message: string } | null
  }
}

export type HeadlessKind = keyof HeadlessParams

/** What the worker says: any number of `log`, then one of the others. */
export type HeadlessMessage<K extends HeadlessKind = HeadlessKind> =
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'done'; readonly result: HeadlessResults[K] }
  | { readonly type: 'failed'; readonly message: string }

/** Runs one task in a worker of its own. Rejects with a message for people when it cannot be done. */
export function headless<K extends HeadlessKind>(kind: K, params: HeadlessParams[K], onLog: (text: string) => void = () => undefined): Promise<HeadlessResults[K]> {
  const worker = headlessWorker({ name: kind, workerData: { kind, params } })
  return new Promise<HeadlessResults[K]>((done, failed) => {
    worker.on('message', (message: HeadlessMessage<K>) => {
      if (message.type === 'log') onLog(message.text)
      else if (message.type === 'done') done(message.result)
      else failed(new Error(message.message))
    })
    worker.once('error', failed)
    worker.once('exit', () => failed(new Error('The worker ended without a result.')))
  }).finally(() => worker.terminate())
}
