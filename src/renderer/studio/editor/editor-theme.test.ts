import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { editorTheme } from './editor-theme.ts'

const css = readFileSync(new URL('../../styles/tokens.css', import.meta.url), 'utf8')

/** The tokens of one theme block of the style sheet, over those of the light one. */
function tokensOf(theme: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const selector of ['[data-theme="light"]', `[data-theme="${theme}"]`]) {
    const start = css.indexOf(`${selector} {`)
    const block = css.slice(start, css.indexOf('\n}', start))
    for (const [, name = '', value = ''] of block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)) found.set(name, value)
  }
  return found
}

describe.each(['light', 'dark', 'hc-light', 'hc-dark'] as const)('%s', (theme) => {
  const tokens = tokensOf(theme)
  const data = editorTheme(theme, (name) => tokens.get(name) ?? '')

  test('every colour comes from a token that this theme has', () => {
    for (const [name, colour] of Object.entries(data.colors)) expect(colour, name).toMatch(/^#[0-9a-f]{6}$/)
    for (const { token, foreground } of data.rules) expect(foreground, token).toMatch(/^[0-9a-f]{6}$/)
  })

  test('text stands on its own background', () => {
    expect(data.colors['editor.background']).toBe(tokens.get('bg-code'))
    expect(data.colors['editor.foreground']).toBe(tokens.get('fg'))
  })
})
