#!/usr/bin/env node
// Makes resources/images/catalogue.json from the facts in ../shared/docker/official-images.json. Run it again when those change;
// the result is committed. Usage: node scripts/make-image-catalogue.mjs [FACTS.json [CATALOGUE.json]]
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const input = resolve(process.argv[2] ?? resolve(root, '../shared/docker/official-images.json'))
const output = resolve(process.argv[3] ?? resolve(root, 'resources/images/catalogue.json'))
const facts = JSON.parse(readFileSync(input, 'utf8'))

/** What the facts leave open or estimate worse than is generally known. */
const corrections = {
  'ubuntu:12.04': { size: 103_600_000, sizeSource: 'general knowledge (docker images, last published build)' },
}

const nonEmpty = (value) => value !== null && value !== undefined && value !== '' && Object.keys(Object(value)).length > 0 || typeof value === 'string' && value !== ''

function configOf(config) {
  const kept = {}
  for (const [key, value] of Object.entries(config)) if (nonEmpty(value)) kept[key] = key === 'Env' ? value.filter(hasHost) : value
  return kept
}

/** RFC 3339; a state known only by its month or year begins it. */
function createdOf(variant) {
  if (variant.created) return new Date(variant.created).toISOString()
  const found = /(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(variant.as_of)
  const [, year, month = '01', day = '01'] = found ?? [null, '2025']
  return `${variant.as_of.startsWith('about') ? '2025' : year}-${month}-${day}T00:00:00.000Z`
}

function historyOf(variant) {
  if (!variant.history) return undefined
  const layers = variant.history.filter((step) => step.layer_bytes > 0).length
  return layers === variant.layers?.length ? variant.history.filter((step) => step.layer_bytes > 0 || hasHost(commandOf(step))).map((step) => (step.layer_bytes > 0 ? [commandOf(step), 1] : [commandOf(step)])) : undefined
}

/** The facts blank out some download hosts: a setting that names one would be wrong. */
function hasHost(text) {
  return !/package-host/i.test(text)
}

/** The facts leave out download hosts; Debian's is well known. */
function commandOf(step) {
  return step.created_by.replace(/package-host(\.invalid)?\/debian/gi, 'deb.debian.org/debian')
}

function variantOf(name, variant, era) {
  if (!variant.compressed_bytes || !variant.on_disk_bytes) return undefined
  const correction = corrections[`${name}:${variant.tags[0]}`] ?? {}
  const measured = (source) => /^repo-info/.test(source ?? '')
  return {
    tags: variant.tags, era, created: createdOf(variant), base: variant.base ?? undefined, indexDigest: variant.index_digest,
    compressed: variant.compressed_bytes, size: correction.size ?? variant.on_disk_bytes,
    layers: variant.layers?.map((layer) => layer.compressed_bytes), layerCount: variant.layers ? undefined : variant.layer_count ?? 1,
    config: configOf(variant.config), history: historyOf(variant),
    // Which figures were measured; everything else is estimated or general knowledge.
    measured: ['compressed', 'size', 'layers', 'config', 'tags', 'base'].filter((key) =>
      !(key === 'size' && correction.size) && measured(variant.source[{ compressed: 'compressed_bytes', size: 'on_disk_bytes' }[key] ?? key])),
    sizeSource: correction.sizeSource,
  }
}

/** A derived image's history repeats its base's: keep only what comes after. */
function dropBaseHistory(images) {
  const byReference = new Map()
  for (const image of images) for (const variant of image.variants) {
    for (const tag of variant.tags) if (variant.era === 'older') byReference.set(`${image.name}:${tag}`, variant)
  }
  const full = new Map([...byReference.values()].map((variant) => [variant, variant.history]))
  for (const [variant, history] of full) {
    const base = full.get(byReference.get(variant.base))
    if (!history || !base) continue
    const same = base.every((step, index) => step[0] === history[index]?.[0])
    if (same) variant.history = history.slice(base.length)
    variant.historyIsOwn = same || undefined
  }
}

const images = facts.images.map((image) => {
  const variants = [
    ...image.current.map((variant) => variantOf(image.name, variant, 'current')),
    ...image.older.map((variant) => variantOf(image.name, variant, 'older')),
  ].filter(Boolean)
  const covered = new Set(variants.filter((variant) => variant.era === 'current').flatMap((variant) => variant.tags))
  const more = image.current_tags.flat().filter((tag) => typeof tag === 'string' && !covered.has(tag) && !/windows|nanoserver/.test(tag))
  return { name: image.name, variants, moreTags: more.join(' ') || undefined }
}).filter((image) => image.variants.length > 0)

dropBaseHistory(images)
const about = {
  source: facts.origin,
  note: 'Facts about official images. `measured` names the figures that were measured; the others are estimates or general knowledge. moreTags: tags that exist now, without figures of their own.',
}
const text = `{\n"about": ${JSON.stringify(about)},\n"images": [\n${images.map((image) => JSON.stringify(image)).join(',\n')}\n]\n}\n`
writeFileSync(output, text)
console.log(`${images.length} images, ${images.reduce((sum, image) => sum + image.variants.length, 0)} variants, ${text.length} bytes`)
