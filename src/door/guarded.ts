import * as v from 'valibot'
import type { Connection } from '../protocol/connection.ts'
import type { ErrorInfo } from '../protocol/errors.ts'
import type { ClientMessage, CoreMessage, StreamId } from '../protocol/messages.ts'

const id = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER))
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(100))
const stream = v.custom<StreamId>((value) => typeof value === 'string' && /^(?:terminal|build|serial:vm|serial:program):[A-Za-z0-9._:-]{1,100}$/.test(value))

const clientMessage = v.variant('type', [
  v.object({ type: v.literal('command'), id, name, params: v.unknown() }),
  v.object({ type: v.literal('query'), id, name, params: v.unknown() }),
  v.object({ type: v.literal('project'), id, name, params: v.unknown() }),
  v.object({ type: v.literal('machine'), id, name, params: v.unknown() }),
  v.object({ type: v.literal('resync') }),
  v.object({ type: v.literal('drawn'), seq: id }),
  v.object({ type: v.literal('follow'), stream, offset: id }),
  v.object({ type: v.literal('unfollow'), stream }),
])

const pathParams = v.object({ path: v.string() })
const PATH_REQUESTS = new Set(['project.open-path', 'project.save-path'])

/**
 * The core as a window may see it. Whatever is not a well-formed message is answered with an error (with id 0 where it has
 * none) and never reaches the core; nor does a request for a file that the person did not choose at this door.
 */
export function guarded(core: Connection<ClientMessage, CoreMessage>, mayUsePath: (path: string) => boolean): Connection<unknown, CoreMessage> {
  let answer: (message: CoreMessage) => void = () => undefined
  const refuse = (of: unknown, error: ErrorInfo): void => answer({ type: 'error', id: idOf(of), error })
  return {
    post(message) {
      const parsed = v.safeParse(clientMessage, message)
      if (!parsed.success) refuse(message, { code: 'invalid', message: `Not a message of this app: ${parsed.issues[0].message.slice(0, 200)}.`, hint: 'Reload the window.' })
      else if (isForeignPath(parsed.output, mayUsePath)) refuse(message, FOREIGN_PATH)
      else core.post(parsed.output)
    },
    onMessage(listener) {
      answer = listener
      core.onMessage(listener)
    },
    onClose: (listener) => core.onClose(listener),
    close: () => core.close(),
  }
}

const FOREIGN_PATH: ErrorInfo = { code: 'refused', message: 'This window may only use files that were chosen in a dialog.', hint: 'Open or save the file with the File menu.' }

function isForeignPath(message: ClientMessage, mayUsePath: (path: string) => boolean): boolean {
  if (message.type !== 'project' || !PATH_REQUESTS.has(message.name)) return false
  return !(v.is(pathParams, message.params) && mayUsePath(message.params.path))
}

function idOf(message: unknown): number {
  return v.is(v.object({ id }), message) ? message.id : 0
}
