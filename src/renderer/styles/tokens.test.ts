import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** Proves tokens.css: text at least 4.5:1, graphics at least 3:1 in every theme; categorical hues apart for all colour vision. */
const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
type Values = Record<string, string>
const blocks = [...css.matchAll(/([^{}]+)\{([^{}]*)\}/g)].map(([, selector = '', body = '']) => ({
  selector: selector.trim(), values: Object.fromEntries([...body.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]])) as Values,
}))
const root = blocks.filter((block) => block.selector.startsWith(':root')).reduce<Values>((all, block) => ({ ...all, ...block.values }), {})
const theme = (name: string): Values => ({ ...root, ...blocks.find((block) => block.selector === `[data-theme="${name}"]`)?.values })

const linear = (byte: number) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4)
const rgb = (hex: string): [number, number, number] => [1, 3, 5].map((at) => linear(parseInt(hex.slice(at, at + 2), 16))) as [number, number, number]
const luminance = (hex: string) => { const [r, g, b] = rgb(hex); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
const ratio = (a: string, b: string) => { const [x, y] = [luminance(a), luminance(b)]; return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05) }

const surfaces = ['app', 'canvas', 'panel', 'raised', 'inset', 'code', 'hover', 'selected'].map((each) => `--bg-${each}`)
const plain = ['canvas', 'panel', 'raised', 'inset', 'code'].map((each) => `--bg-${each}`)
const states = ['running', 'paused', 'off', 'fault', 'app-error', 'added', 'changed', 'removed']
const rings = [0, 1, 2, 3]
const categories = [1, 2, 3, 4, 5, 6, 7, 8].map((each) => `--cat-${each}`)
const events = ['direct', 'trap', 'exit', 'hypercall', 'xlate', 'walk', 'inject', 'io'].map((each) => `--ev-${each}`)

const textPairs: [string, string][] = [
  ...['--fg', '--fg-2', '--fg-3', '--accent'].flatMap((fore) => surfaces.map((back): [string, string] => [fore, back])),
  ...states.flatMap((state) => [...plain, '--bg-hover', '--bg-selected', `--${state}-soft`].map((back): [string, string] => [`--${state}`, back])),
  ...states.flatMap((state) => ['--fg', '--fg-2', '--fg-3'].map((fore): [string, string] => [fore, `--${state}-soft`])),
  ...['keyword', 'string', 'comment', 'number', 'name'].flatMap((kind) =>
    ['--bg-code', '--bg-hover', '--bg-selected', '--added-soft', '--removed-soft', '--fault-soft'].map((back): [string, string] => [`--syn-${kind}`, back])),
  ...rings.map((ring): [string, string] => ['--fg', `--ring-${ring}-soft`]),
  ['--on-accent', '--accent'], ['--on-accent', '--accent-hover'], ['--accent', '--accent-soft'], ['--fg', '--accent-soft'],
]
const graphicPairs: [string, string][] = [
  ...[...categories, ...events, '--line-strong', '--focus', '--fg-disabled'].flatMap((fore) => plain.map((back): [string, string] => [fore, back])),
  ...['--focus', '--line-strong', ...states.map((state) => `--${state}`)].flatMap((fore) => ['--bg-app', '--bg-selected', '--bg-hover'].map((back): [string, string] => [fore, back])),
  ...rings.flatMap((ring) => [...plain, `--ring-${ring}-soft`].map((back): [string, string] => [`--ring-${ring}`, back])),
  ...categories.map((category): [string, string] => ['--on-cat', category]),
  ['--meter', '--track'],
]

/** Viénot-style matrices for the three kinds of colour blindness, in linear RGB. */
const VISIONS: Record<string, number[][] | null> = {
  normal: null,
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}

function oklab(color: number[]): number[] {
  const [r = 0, g = 0, b = 0] = color.map((each) => Math.min(1, Math.max(0, each)))
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s]
}

function seen(hex: string, vision: number[][] | null): number[] {
  const color = rgb(hex)
  return oklab(vision ? vision.map((row) => row.reduce((sum, weight, at) => sum + weight * (color[at] ?? 0), 0)) : color)
}

describe.each(['light', 'dark', 'hc-light', 'hc-dark'])('%s', (name) => {
  const values = theme(name)
  const value = (token: string) => values[token] ?? expect.fail(`${token} has no value`)

  test('text stands out 4.5:1', () => {
    expect(textPairs.filter(([fore, back]) => ratio(value(fore), value(back)) < 4.5)).toEqual([])
  })

  test('graphics stand out 3:1', () => {
    expect(graphicPairs.filter(([fore, back]) => ratio(value(fore), value(back)) < 3)).toEqual([])
  })

  test.each(Object.entries(VISIONS))('categories can be told apart: %s', (_kind, vision) => {
    const near = categories.flatMap((a, at) => categories.slice(at + 1).filter((b) => {
      const [x, y] = [seen(value(a), vision), seen(value(b), vision)]
      return Math.hypot(...x.map((each, axis) => each - (y[axis] ?? 0))) < 0.08
    }).map((b) => `${a} ${b}`))
    expect(near).toEqual([])
  })
})
