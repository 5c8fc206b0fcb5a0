import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decodeUtf8 } from '../../base/bytes.ts'
import { Failure } from '../../base/failure.ts'
import { pureSha256, type Sha256Factory } from '../../base/hasher.ts'
import { programNameOf } from '../filesystem/program-file.ts'
import { OverlayFileSystem } from '../filesystem/overlay-file-system.ts'
import { ContentStore } from '../image/content-store.ts'
import { rootFileSystem, runToEnd } from '../image/layer.ts'
import { parseReference } from '../image/reference.ts'
import { catalogueImages } from './catalogue.ts'
import { layerTrees, type ImageDescription } from './materialise.ts'
import { Registry } from './registry.ts'

const nativeSha256: Sha256Factory = () => {
  const hash = createHash('sha256')
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
}

const today = '2026-11-22'
const registry = new Registry()
const resolve = (text: string, date = today): ImageDescription => registry.resolve(parseReference(text), date)
const filesOf = (text: string, date = today): OverlayFileSystem => new OverlayFileSystem(layerTrees(resolve(text, date)))
const read = (files: OverlayFileSystem, path: string): string => decodeUtf8(files.read(path))

function refusal(text: string, date = today): string {
  try {
    resolve(text, date)
  } catch (error) {
    if (error instanceof Failure) return error.message
    throw error
  }
  return 'found'
}

describe('ubuntu:12.04, the course\'s base', () => {
  const files = filesOf('ubuntu:12.04', '2014-06-01')

  test('says what it is', () => {
    expect(read(files, '/etc/lsb-release')).toContain('DISTRIB_CODENAME=precise')
    expect(read(files, '/etc/os-release')).toContain('PRETTY_NAME="Ubuntu precise (12.04.5 LTS)"')
    expect(read(files, '/etc/debian_version')).toBe('wheezy/sid\n')
    expect(read(files, '/etc/apt/sources.list').split('\n')[0]).toBe('deb http://archive.ubuntu.com/ubuntu/ precise main restricted')
    expect(read(files, '/var/lib/dpkg/status')).toMatch(/Package: apt\nStatus: install ok installed\n(.+\n)+Version: 0\.8\.16~exp12ubuntu10\.27\n/)
  })

  test('has the programs that the Dockerfile calls, and no others\'', () => {
    for (const path of ['/bin/sh', '/bin/bash', '/usr/bin/apt-get', '/usr/bin/dpkg', '/usr/bin/sudo', '/usr/bin/debconf-set-selections', '/bin/echo']) {
      expect(programNameOf(files.read(path, 0, 128)), path).toBe(path === '/bin/sh' ? 'dash' : path.slice(path.lastIndexOf('/') + 1))
      expect(files.lookup(path)?.mode, path).toBe(path === '/usr/bin/sudo' ? 0o4755 : 0o755)
    }
    expect(files.readLink('/bin/sh')).toBe('dash')
    for (const path of ['/usr/bin/python', '/usr/bin/add-apt-repository', '/usr/bin/apt', '/usr/bin/java']) expect(files.lookup(path), path).toBeUndefined()
  })

  test('is the same image on every machine, today and in 2014', () => {
    const image = runToEnd(registry.materialising(resolve('ubuntu:12.04', '2014-06-01'), nativeSha256))
    const fresh = runToEnd(new Registry().materialising(new Registry().resolve(parseReference('docker.io/library/ubuntu:12.04'), today), nativeSha256))
    expect(fresh.config).toEqual(image.config)
    expect(image.layers.reduce((sum, layer) => sum + layer.size, 0)).toBe(103_600_000)
    const stored = new ContentStore(pureSha256).addImage(image.config, image.layers)
    expect(stored.id).toBe('sha256:bba9704467299550fb810d5fa6191597c239313852b036035d0cfc8a7fe2536b')
    expect(image.layers).toHaveLength(5)
    expect(image.config.history.filter((step) => step.empty_layer !== true)).toHaveLength(5)
    expect(image.config.config).toEqual({ Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['/bin/bash'] })
  })
})

describe('other images', () => {
  test('alpine is busybox under many names', () => {
    const files = filesOf('alpine:3.7')
    expect(files.readLink('/bin/ls')).toBe('/bin/busybox')
    expect(read(files, '/etc/alpine-release')).toBe('3.7.0\n')
    expect(programNameOf(files.read('/bin/sh', 0, 99))).toBe('busybox')
    expect(filesOf('busybox').lookup('/bin/sh')?.links).toBeGreaterThan(200)
  })

  test('nginx has a page to serve and writes its logs to the container\'s', () => {
    const files = filesOf('nginx:latest')
    expect(read(files, '/usr/share/nginx/html/index.html')).toContain('Welcome to nginx!')
    expect(read(files, '/etc/nginx/conf.d/default.conf')).toContain('listen       80;')
    expect(files.readLink('/var/log/nginx/access.log')).toBe('/dev/stdout')
    expect(files.lookup('/docker-entrypoint.sh')?.mode).toBe(0o755)
    expect(read(files, '/etc/os-release')).toContain('trixie')
    expect(read(files, '/etc/passwd')).toContain('nginx:x:101:')
    expect(filesOf('nginx:alpine').lookup('/sbin/apk')).toBeDefined()
  })

  test('newer releases have one folder for programs', () => {
    const files = filesOf('ubuntu:24.04')
    expect(files.readLink('/bin')).toBe('usr/bin')
    expect(read(files, '/etc/apt/sources.list.d/ubuntu.sources')).toContain('Suites: noble noble-updates noble-backports')
    expect(filesOf('debian:9').lookup('/bin/ps')).toBeUndefined()
    expect(programNameOf(filesOf('python:3.12-slim').read('/usr/local/bin/python', 0, 99))).toBe('python3')
    expect(programNameOf(filesOf('hello-world').read('/hello', 0, 99))).toBe('hello')
    expect(filesOf('hello-world').readDirectory('/')).not.toContain('bin')
    expect(read(filesOf('centos:7'), '/etc/redhat-release')).toContain('CentOS')
  })

  test('an image shares its base\'s layers', () => {
    const python = layerTrees(resolve('python:3.12'))
    const base = layerTrees(resolve('buildpack-deps:trixie'))
    expect(python.slice(0, base.length)).toEqual(base)
    expect(python[0]).toBe(base[0])
  })

  test('every image of the catalogue unpacks, starts with a file that is there and has the size it should have', () => {
    let exact = 0
    for (const { name, variants } of catalogueImages()) {
      for (const variant of variants) {
        const image = resolve(`${name}:${variant.tags[0]}`, variant.era === 'older' ? '2018-12-31' : today)
        if (image.variant !== variant) continue
        const files = new OverlayFileSystem(layerTrees(image))
        const path = (variant.config.Env?.find((entry) => entry.startsWith('PATH='))?.slice(5) ?? '/usr/local/bin:/usr/bin:/bin').split(':')
        const [first] = [...(variant.config.Entrypoint ?? []), ...(variant.config.Cmd ?? [])]
        if (first !== undefined) {
          const found = first.startsWith('/') ? files.lookup(first) : path.map((folder) => files.lookup(`${folder}/${first}`)).find(Boolean)
          expect(found?.kind, `${name}:${variant.tags[0]} ${first}`).toBe('file')
        }
        if (Math.abs(registrySize(image) - variant.size) <= 1) exact++
      }
    }
    expect(exact).toBeGreaterThan(400)
  })
})

function registrySize(image: ImageDescription): number {
  const sum = new OverlayFileSystem([])
  let total = 0
  for (const tree of layerTrees(image)) total += new OverlayFileSystem([], { upper: tree }).upperSize()
  return total + sum.upperSize()
}

describe('tags and dates', () => {
  test('latest of a distribution is the newest stable release of the day', () => {
    const versionAt = (date: string): string => resolve('ubuntu', date).release.version
    expect([versionAt('2014-01-01'), versionAt('2014-06-01'), versionAt('2018-01-01'), versionAt('2018-06-01'), versionAt('2021-01-01'), versionAt(today)])
      .toEqual(['12.04', '14.04', '16.04', '18.04', '20.04', '26.04'])
    expect(resolve('debian', '2016-01-01').release.codename).toBe('jessie')
  })

  test('what is not out yet is unknown, what ended stays', () => {
    expect(refusal('ubuntu:16.04', '2014-06-01')).toBe('manifest for ubuntu:16.04 not found: manifest unknown: manifest unknown')
    expect(refusal('python:3.14', '2018-01-01')).toBe('manifest for python:3.14 not found: manifest unknown: manifest unknown')
    expect(refusal('ubuntu:12.04', today)).toBe('found')
    expect(refusal('java:7', today)).toBe('found')
    expect(resolve('nginx:1.13').variant.era).toBe('older')
  })

  test('what is out later names the day the universe stands at, what never is does not', () => {
    const hint = (text: string, date: string): string => {
      try {
        resolve(text, date)
      } catch (error) {
        if (error instanceof Failure) return error.info.hint
        throw error
      }
      return 'found'
    }
    const later = 'This image is newer: the package universe stands at 2014-06-01; choose Today in the Studio.'
    expect([hint('ubuntu:16.04', '2014-06-01'), hint('python:3.14', '2014-06-01')]).toEqual([later, later])
    expect(hint('ubuntu:none', '2014-06-01')).toBe('The catalogue has no such tag; check its spelling.')
    expect(hint('ubuntu:none', today)).toBe('The catalogue has no such tag; check its spelling.')
  })

  test('refuses in docker\'s words', () => {
    expect(refusal('foo')).toBe('pull access denied for foo, repository does not exist or may require \'docker login\': denied: requested access to the resource is denied')
    expect(refusal('me/app:1')).toContain('pull access denied for me/app,')
    expect(refusal('ubuntu:none')).toBe('manifest for ubuntu:none not found: manifest unknown: manifest unknown')
    expect(refusal('example.com/app')).toBe('Get "https://example.com/v2/": dial tcp: lookup example.com: no such host')
    expect(refusal('localhost:5000/app')).toContain('connection refused')
    expect(refusal('scratch')).toBe('\'scratch\' is a reserved name')
  })

  test('a digest of the real registry finds its image', () => {
    expect(resolve('ubuntu@sha256:abdc090336ba4503bd72d0961a4f3d45134900d9a793d3f0c06a64d2555fbab7').release.codename).toBe('precise')
    expect(refusal(`ubuntu@sha256:${'0'.repeat(64)}`)).toContain('manifest unknown')
  })

  test('lists what can be pulled', () => {
    const list = registry.list('2014-06-01')
    expect(list).toContainEqual({ reference: 'ubuntu:12.04', size: 103_600_000 })
    expect(list.some(({ reference }) => reference.startsWith('ubuntu:24'))).toBe(false)
  })
})

test('layers are sized and stacked into a root that works', () => {
  const { layers } = runToEnd(registry.materialising(resolve('redis:alpine', '2018-06-01'), nativeSha256))
  const files = rootFileSystem(layers)
  expect(programNameOf(files.read('/usr/local/bin/redis-server', 0, 99))).toBe('redis-server')
  expect(decodeUtf8(files.read('/usr/local/bin/docker-entrypoint.sh'))).toContain('exec "$@"')
})
