import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** 256 random bits, safe in a URL. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** Takes equally long whatever the difference is, also in length. */
export function sameToken(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

/**
 * True when the request names this server as its host. A page of another site whose name was made to point to 127.0.0.1 (DNS
 * rebinding) reaches the server, but its requests carry that name.
 */
export function hasOwnHost(request: IncomingMessage, port: number): boolean {
  return ownHosts(port).includes(request.headers.host ?? '')
}

/** True when the request comes from a page of this server; requests without an origin count only where `required` is false. */
export function hasOwnOrigin(request: IncomingMessage, port: number, required: boolean): boolean {
  const { origin } = request.headers
  return origin === undefined ? !required : ownHosts(port).some((host) => origin === `http://${host}`)
}

const ownHosts = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`]
