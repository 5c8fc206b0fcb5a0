import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { sharedPath } from '../../testing/shared-data.ts'
import { catalogueImage, catalogueImages } from './catalogue.ts'

const root = resolve(import.meta.dirname, '../../../..')
const committed = join(root, 'resources/images/catalogue.json')
const facts = sharedPath('docker', 'official-images.json')

test.skipIf(facts === undefined)('the committed catalogue is what the script makes of the facts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'glasshouse-catalogue-'))
  try {
    execFileSync(process.execPath, [join(root, 'scripts/make-image-catalogue.mjs'), facts ?? '', join(folder, 'made.json')])
    expect(readFileSync(join(folder, 'made.json'), 'utf8') === readFileSync(committed, 'utf8')).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('it is small and every entry can be used', () => {
  expect(statSync(committed).size).toBeLessThan(1_000_000)
  for (const { name, variants } of catalogueImages()) {
    for (const variant of variants) {
      expect(variant.tags.length, name).toBeGreaterThan(0)
      expect(variant.size, `${name}:${variant.tags[0]}`).toBeGreaterThan(0)
      expect(Number.isNaN(Date.parse(variant.created)), `${name}:${variant.tags[0]} ${variant.created}`).toBe(false)
      for (const line of variant.config.Env ?? []) expect(line, name).toMatch(/^[A-Za-z_][A-Za-z0-9_]*=/)
    }
  }
})

test('it has the images that lessons name', () => {
  const names = 'ubuntu debian alpine busybox nginx python node redis httpd postgres mysql golang openjdk eclipse-temurin hello-world php ruby wordpress traefik centos fedora java'
  for (const name of names.split(' ')) expect(catalogueImage(name), name).toBeDefined()
  const tags = catalogueImage('ubuntu')?.variants.flatMap((variant) => variant.tags) ?? []
  expect(tags).toEqual(expect.arrayContaining(['12.04', '14.04', '16.04', '18.04', '20.04', '22.04', '24.04']))
})
