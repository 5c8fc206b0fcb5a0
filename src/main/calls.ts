import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, type WebContents } from 'electron'
import * as v from 'valibot'
import { HOST_LISTENING, type HostCalls } from '../protocol/host.ts'
import { isOwnPage } from './renderer-protocol.ts'

const noArguments = v.strictTuple([])
const project = v.object({ name: v.pipe(v.string(), v.maxLength(200)), path: v.nullable(v.pipe(v.string(), v.maxLength(4096))), dirty: v.boolean() })

/** What each channel accepts: the renderer is not trusted to keep to its types. */
const ARGUMENTS = {
  'host:connect': noArguments,
  'host:open-dialog': noArguments,
  'host:save-dialog': v.strictTuple([v.pipe(v.string(), v.maxLength(200))]),
  'host:recent-files': noArguments,
  'host:clear-recent-files': noArguments,
  'host:set-project': v.strictTuple([project]),
  'host:edit-text': v.strictTuple([v.picklist(['undo', 'redo'])]),
  'host:close-window': noArguments,
} as const satisfies { [C in keyof HostCalls]: v.GenericSchema<unknown, Parameters<HostCalls[C]>> }

type Handlers = { readonly [C in keyof HostCalls]: (...args: Parameters<HostCalls[C]>) => ReturnType<HostCalls[C]> | Promise<ReturnType<HostCalls[C]>> }

/**
 * Answers the calls of one page: its main frame, while it shows the app. Anything else that finds the channel is refused
 * before its handler runs.
 */
export function answerCalls(page: WebContents, handlers: Handlers, listening: () => void): void {
  for (const channel of Object.keys(ARGUMENTS) as (keyof HostCalls)[]) answerCall(page, channel, handlers[channel])
  ipcMain.on(HOST_LISTENING, (event) => {
    if (isOwnFrame(page, event)) listening()
  })
}

function answerCall<C extends keyof HostCalls>(page: WebContents, channel: C, handler: Handlers[C]): void {
  ipcMain.handle(channel, (event, ...args: unknown[]) => {
    if (!isOwnFrame(page, event)) throw new Error(`${channel}: refused, the caller is not the app's own page`)
    const parsed = v.safeParse(ARGUMENTS[channel], args)
    if (!parsed.success) throw new Error(`${channel}: wrong arguments: ${parsed.issues[0].message}`)
    return handler(...(parsed.output as Parameters<HostCalls[C]>))
  })
}

function isOwnFrame(page: WebContents, event: IpcMainEvent | IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame
  return event.sender === page && frame !== null && frame === page.mainFrame && isOwnPage(frame.url)
}
