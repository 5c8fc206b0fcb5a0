import type { Sha256Factory } from '../../base/hasher.ts'
import type { LayerDirectory } from '../filesystem/layer-tree.ts'
import type { HistoryEntry, ImageConfig, RunConfig } from '../image/image-config.ts'
import { makingLayer, type Layer } from '../image/layer.ts'
import type { ImageVariant, VariantConfig } from './catalogue.ts'
import { debianTree } from './debian-tree.ts'
import { ImageTree } from './image-tree.ts'
import { completeCommands, recipes } from './recipes.ts'
import type { Release } from './releases.ts'
import { alpineTree, busyboxTree, rpmTree } from './small-trees.ts'

/** One image of the registry, resolved down to its root. */
export interface ImageDescription {
  /** Repository in short form. */
  readonly name: string
  readonly tag: string
  /** What the catalogue knows about it. */
  readonly variant: ImageVariant
  /** The release whose files it stands on. */
  readonly release: Release
  readonly base: ImageDescription | undefined
  /** The tag exists, but its figures are those of a neighbour. */
  readonly isApproximate: boolean
}

export interface MaterialisedImage {
  readonly config: ImageConfig
  readonly layers: readonly Layer[]
}

/** Trees by variant: they depend on nothing else. */
const treesOf = new WeakMap<ImageVariant, readonly LayerDirectory[]>()

/** The image's layer trees, base first. Deterministic; made once in a process. */
export function layerTrees(image: ImageDescription): readonly LayerDirectory[] {
  const known = treesOf.get(image.variant)
  if (known) return known
  const below = image.base ? layerTrees(image.base) : []
  const trees = [...below]
  const sizes = ownLayerSizes(image, below.length)
  const main = sizes.indexOf(Math.max(...sizes))
  for (const [index, size] of sizes.entries()) trees.push(makeTree(image, trees, index, size, index === main))
  treesOf.set(image.variant, trees)
  return trees
}

/** Makes the image's layers, hashes them (pausing as `makingLayer` does) and writes its config. */
export function* materialising(image: ImageDescription, sha256: Sha256Factory): Generator<number, MaterialisedImage> {
  const layers: Layer[] = []
  for (const tree of layerTrees(image)) layers.push(yield* makingLayer(tree, sha256))
  const { created, config } = image.variant
  return {
    layers,
    config: {
      created, architecture: 'amd64', os: 'linux', config: runConfig(config),
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) }, history: historyOf(image, layers.length),
    },
  }
}

/** Bytes of the layers this image adds to its base: what is left of its size, shared out as the compressed sizes are. */
function ownLayerSizes({ variant, base }: ImageDescription, below: number): readonly number[] {
  const total = Math.max(0, variant.size - (base ? base.variant.size : 0))
  const compressed = variant.layers && variant.layers.length > below ? variant.layers.slice(below) : [variant.compressed]
  const sum = compressed.reduce((all, part) => all + part, 0)
  const main = compressed.indexOf(Math.max(...compressed))
  const sizes = compressed.map((part) => Math.floor((total * part) / sum))
  const rest = total - sizes.reduce((all, part) => all + part, 0)
  return sizes.map((size, index) => (index === main ? size + rest : size))
}

function makeTree(image: ImageDescription, lowers: readonly LayerDirectory[], index: number, size: number, isMain: boolean): LayerDirectory {
  const { name, variant, base, release } = image
  const tree = new ImageTree(lowers, Math.floor(Date.parse(variant.created) / 1000))
  if (!isMain) {
    tree.filler(`/usr/share/doc/${name}/step-${lowers.length}.gz`, 1)
    return tree.finish(size)
  }
  if (!base) rootTree(tree, release, variant.tags)
  recipes[name]?.(tree, variant)
  completeCommands(tree, variant)
  const { WorkingDir: folder } = variant.config
  if (folder !== undefined && folder.startsWith('/')) tree.directory(folder)
  for (const volume of variant.config.Volumes ?? []) if (volume.startsWith('/')) tree.directory(volume)
  if (base || release.family === 'none') for (const [path, weight] of bulkOf(name, release)) tree.filler(path, weight)
  return tree.finish(size)
}

function rootTree(tree: ImageTree, release: Release, tags: readonly string[]): void {
  if (release.family === 'debian') debianTree(tree, release, tags.some((tag) => tag.includes('slim')))
  else if (release.family === 'alpine') alpineTree(tree, release)
  else if (release.family === 'busybox') busyboxTree(tree)
  else if (release.family === 'rpm') rpmTree(tree, release)
}

/** Stand-ins for the libraries and data that an image adds. */
function bulkOf(name: string, release: Release): readonly (readonly [string, number])[] {
  if (release.family === 'none') return [[`/usr/share/${name}/data`, 1]]
  const folder = release.family === 'debian' ? '/usr/lib/x86_64-linux-gnu' : release.family === 'rpm' ? '/usr/lib64' : '/usr/lib'
  return [[`${folder}/lib${name}.so.1`, 30], [`${folder}/lib${name}-core.so.1`, 25], [`/usr/share/${name}/data.bin`, 20], [`/usr/share/${name}/locale.bin`, 10], [`/usr/share/doc/${name}/changelog.gz`, 5]]
}

function runConfig(facts: VariantConfig): RunConfig {
  const { ExposedPorts: ports, Volumes: volumes, ...same } = facts
  const keys = (names: readonly string[]): Record<string, Record<string, never>> => Object.fromEntries(names.map((name) => [name, {}]))
  return { ...same, ...(ports && { ExposedPorts: keys(ports) }), ...(volumes && { Volumes: keys(volumes) }) }
}

/** Every layer needs a step; where the catalogue does not have the steps, they are said to be unknown. */
function historyOf(image: ImageDescription, layers: number): readonly HistoryEntry[] {
  const { variant, base } = image
  const created = variant.created
  const below = base && (!variant.history || variant.historyIsOwn) ? historyOf(base, layerTrees(base).length) : []
  const own = (variant.history ?? []).map(([command, makesLayer]): HistoryEntry => ({ created, created_by: asRecorded(command), ...(makesLayer !== 1 && { empty_layer: true }) }))
  const history = [...below, ...own]
  const described = history.filter((step) => step.empty_layer !== true).length
  if (described > layers) return unknownSteps(layers, created)
  const missing = unknownSteps(layers - described, created)
  const isInherited = JSON.stringify(variant.config.Cmd) === JSON.stringify(base?.variant.config.Cmd)
  const command = variant.history || !variant.config.Cmd || isInherited ? [] : [{ created, created_by: `CMD ${JSON.stringify(variant.config.Cmd)}`, empty_layer: true }]
  return [...history, ...missing, ...command]
}

function unknownSteps(count: number, created: string): HistoryEntry[] {
  return Array.from({ length: count }, () => ({ created, created_by: '/bin/sh -c #(step of the official image)' }))
}

/** As the builder of that time wrote it. */
function asRecorded(command: string): string {
  return command.startsWith('RUN ') ? `/bin/sh -c ${command.slice(4)}` : `/bin/sh -c #(nop) ${command}`
}
