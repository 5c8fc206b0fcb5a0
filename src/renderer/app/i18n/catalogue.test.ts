// @vitest-environment happy-dom
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'vue/compiler-sfc'
import { expect, test } from 'vitest'
import { hasText, pseudo, setLocale, t, tn } from './index.ts'

const root = resolve(import.meta.dirname, '../..')
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(vue|ts)$/.test(file) && !/\.test\.ts$|testing\//.test(file))
const read = (file: string) => readFileSync(`${root}/${file}`, 'utf8')

interface Node { readonly type: number; readonly content?: unknown; readonly children?: readonly Node[]; readonly props?: readonly Attribute[]; readonly tag?: string }
interface Attribute { readonly type: number; readonly name: string; readonly value?: { readonly content: string } }
const TEXT = 2
const PLAIN_ATTRIBUTE = 6
const SPOKEN = new Set(['title', 'aria-label', 'placeholder', 'alt', 'label', 'name', 'text'])

/** Letters in the template that no catalogue knows: text nodes, and attributes that people see or hear. */
function literals(node: Node): string[] {
  const own = node.type === TEXT && typeof node.content === 'string' && /\p{L}{2,}/u.test(node.content) ? [node.content.trim()] : []
  const spoken = (node.props ?? []).filter((prop) => prop.type === PLAIN_ATTRIBUTE && SPOKEN.has(prop.name) && / |\p{Lu}/u.test(prop.value?.content ?? ''))
  return [...own, ...spoken.map((prop) => prop.value?.content ?? ''), ...(node.children ?? []).flatMap(literals)]
}

test.each(sources.filter((file) => file.endsWith('.vue')))('%s has no text of its own', (file) => {
  const { descriptor } = parse(read(file))
  expect(descriptor.template?.ast ? literals(descriptor.template.ast as unknown as Node) : []).toEqual([])
})

test('every key that is written out exists', () => {
  const missing = sources.flatMap((file) => [...read(file).matchAll(/(?<![\w$])tn?\(\s*'([a-z][\w.-]*\.[\w.-]+)'/g)].map((match) => match[1] ?? '').filter((key) => !hasText(key)).map((key) => `${file}: ${key}`))
  expect(missing).toEqual([])
})

test('titles of actions exist', () => {
  const missing = sources.flatMap((file) => [...read(file).matchAll(/title: '([a-z][\w.-]*\.[\w.-]+)'/g)].map((match) => match[1] ?? '').filter((key) => !hasText(key)).map((key) => `${file}: ${key}`))
  expect(missing).toEqual([])
})

test('plurals and values', () => {
  setLocale('en')
  expect(tn('outline.hosts', 1)).toBe('1 host')
  expect(tn('outline.hosts', 1200)).toBe('1,200 hosts')
  expect(t('app.toast.removed', { name: 'web-1' })).toBe('web-1 is removed.')
})

test('the pseudo-locale lengthens what people read and keeps placeholders', () => {
  expect(pseudo('Undo {name}')).toBe('⟦Úndó {name}···⟧')
  setLocale('en-XA')
  expect(t('app.toast.removed', { name: 'web-1' })).toContain('web-1 ís rémóvéd.')
  setLocale('en')
})
