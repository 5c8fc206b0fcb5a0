import type { CoreHost } from '../workers/core-client.ts'

/** Makes the core open a file; rejects with the core's own words when it cannot. */
export function openProject(core: CoreHost, path: string): Promise<void> {
  const connection = core.connect()
  return new Promise<void>((opened, failed) => {
    connection.onMessage((message) => {
      if (message.type === 'result') opened()
      if (message.type === 'error') failed(new Error(`${message.error.message} ${message.error.hint}`))
    })
    connection.onClose((reason) => failed(new Error(reason)))
    connection.post({ type: 'project', id: 1, name: 'project.open-path', params: { path } })
  }).finally(() => connection.close())
}
