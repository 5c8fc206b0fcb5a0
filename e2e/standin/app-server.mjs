import { createServer } from 'node:http'

/**
 * What Chromium shows instead of `app://bundle/x`: `http://bundle.app.localhost:PORT/x`, a secure context too. Requests go to the
 * handler that main registered, under the address it expects.
 */
export async function openAppServer() {
  const state = { handlers: new Map(), schemes: [], toPage, toApp }
  const server = createServer(async (request, response) => {
    const [host, scheme] = (request.headers.host ?? '').split('.')
    const handler = state.handlers.get(scheme)
    const answer = handler ? await handler(new Request(`${scheme}://${host}${request.url}`, { method: request.method })) : new Response(null, { status: 404 })
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  server.unref()
  const { port } = server.address()

  function toPage(url) {
    const { protocol, host, pathname, search, hash } = new URL(url)
    return `http://${host}.${protocol.slice(0, -1)}.localhost:${port}${pathname}${search}${hash}`
  }
  function toApp(url) {
    return url.replace(new RegExp(`^http://([^./]+)\\.([^./]+)\\.localhost:${port}/`), '$2://$1/')
  }
  return state
}
