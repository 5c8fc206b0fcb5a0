import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeFinding {
  readonly id: string
  readonly impact: string | null
  readonly help: string
  readonly nodes: readonly { readonly target: readonly string[] }[]
}

const ALL = ['light', 'dark', 'hc-light', 'hc-dark'] as const
/** The themes that every part is looked at in: all, as CI does it, or one of each kind in a short run. */
export const LOOKED_AT: readonly (typeof ALL)[number][] = process.env['GLASSHOUSE_THOROUGH'] === '1' ? ALL : ['light', 'hc-dark']

const STANDARD = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }
/** All that a theme can change. */
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

/** Serious and critical findings of axe, one line each; empty is what a test wants. `part` is a selector. */
export async function seriousFindings(page: Page, colours: 'colours only' | 'all rules' = 'all rules', part = 'html'): Promise<string[]> {
  // Not a script tag, which the page's content policy would refuse.
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(source)
  const findings = await page.evaluate(async ({ runOnly, part }) => {
    const { axe } = window as unknown as { axe: { run(root: string, options: object): Promise<{ violations: AxeFinding[] }> } }
    const { violations } = await axe.run(part, { runOnly, resultTypes: ['violations'] })
    return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map((node) => ({ target: node.target.map(String) })) }))
  }, { runOnly: colours === 'all rules' ? STANDARD : COLOURS, part })
  return findings
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(' ')).join(', ')})`)
}
