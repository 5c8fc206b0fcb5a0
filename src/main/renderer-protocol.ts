import { protocol } from 'electron'
import { SECURITY_HEADERS } from '../door/content-policy.ts'
import { readRendererFile } from '../door/renderer-files.ts'

const SCHEME = 'app'
/** Origin of the one page there is; everything else is foreign. */
const PAGE_ORIGIN = `${SCHEME}://bundle/`
export const PAGE_URL = `${PAGE_ORIGIN}index.html`

/** True for addresses of the app's own pages. */
export const isOwnPage = (url: string): boolean => url.startsWith(PAGE_ORIGIN)

/** Must run before the app is ready: makes `app:` a scheme with an origin, on which workers and fetch work. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }])
}

/** Serves the built renderer, and nothing outside its folder. */
export function serveRenderer(folder: string): void {
  protocol.handle(SCHEME, async (request) => {
    const refuse = (status: number): Response => new Response(null, { status, headers: SECURITY_HEADERS })
    if (!isOwnPage(request.url)) return refuse(403)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405)
    // Not URL.pathname, which would resolve what it should only be checked for.
    const path = request.url.slice(PAGE_ORIGIN.length - 1).replace(/[?#].*$/, '')
    const answer = await readRendererFile(folder, path)
    if (answer.status !== 200) return refuse(answer.status)
    return new Response(Buffer.from(answer.file.body), { headers: { ...SECURITY_HEADERS, 'content-type': answer.file.mediaType } })
  })
}
