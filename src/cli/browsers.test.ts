import { expect, test } from 'vitest'
import { defaultBrowserCommand, findWindowBrowser, hasDisplay } from './browsers.ts'

const only = (...paths: string[]) => (path: string): boolean => paths.includes(path)

test('a browser is found where each platform keeps it', () => {
  expect(findWindowBrowser({ platform: 'linux', env: { PATH: '/bin:relative:/opt/bin' }, exists: only('/opt/bin/google-chrome') })).toBe('/opt/bin/google-chrome')
  expect(findWindowBrowser({ platform: 'darwin', env: { HOME: '/me' }, exists: only('/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge') })).toContain('Edge')
  expect(findWindowBrowser({ platform: 'win32', env: { 'PROGRAMFILES(X86)': 'C:\\P' }, exists: only('C:\\P\\Microsoft\\Edge\\Application\\msedge.exe') })).toContain('msedge')
  expect(findWindowBrowser({ platform: 'linux', env: { PATH: '/bin' }, exists: () => false })).toBeNull()
})

test('CHROME names it, if it is there', () => {
  const env = { CHROME: '/my/chrome', PATH: '/bin' }
  expect(findWindowBrowser({ platform: 'linux', env, exists: only('/my/chrome', '/bin/chromium') })).toBe('/my/chrome')
  expect(findWindowBrowser({ platform: 'linux', env, exists: only('/bin/chromium') })).toBe('/bin/chromium')
})

test('on Linux a window needs a display', () => {
  expect(hasDisplay({ platform: 'linux', env: {} })).toBe(false)
  expect(hasDisplay({ platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' } })).toBe(true)
  expect(hasDisplay({ platform: 'darwin', env: {} })).toBe(true)
})

test('an address is an argument of its own, never part of a shell line', () => {
  expect(defaultBrowserCommand('win32', 'http://x/&calc')[1]).toContain('http://x/&calc')
})
