import { MemoryFileSystem } from './memory-file-system.ts'
import { OverlayFileSystem } from './overlay-file-system.ts'
import { fileSystemContract, populate } from './testing/file-system-contract.ts'

fileSystemContract('memory', () => {
  const files = new MemoryFileSystem()
  populate(files)
  return files
})

fileSystemContract('overlay without a lower layer', () => {
  const files = new OverlayFileSystem([])
  populate(files)
  return files
})

fileSystemContract('overlay over one layer', () => {
  const lower = new MemoryFileSystem()
  populate(lower)
  return new OverlayFileSystem([lower.freeze()])
})

fileSystemContract('overlay over three layers', () => {
  const base = new OverlayFileSystem([])
  base.makeDirectory('/etc')
  base.write('/etc/passwd', new Uint8Array(9))
  base.makeDirectory('/gone')
  base.write('/gone/file', new Uint8Array(1))
  base.makeDirectory('/data')
  base.write('/data/unseen', new Uint8Array(1))
  const middle = new OverlayFileSystem([base.freeze()])
  for (const path of ['/etc/passwd', '/gone/file', '/data/unseen']) middle.unlink(path)
  for (const path of ['/etc', '/gone', '/data']) middle.removeDirectory(path)
  populate(middle)
  const top = new OverlayFileSystem([...middle.lowers, middle.freeze()])
  top.write('/data/extra', new Uint8Array(1))
  top.unlink('/data/extra')
  return new OverlayFileSystem([...top.lowers, top.freeze()])
})

fileSystemContract('clone of an overlay', () => {
  const lower = new MemoryFileSystem()
  lower.makeDirectory('/etc')
  lower.makeDirectory('/etc/old')
  const original = new OverlayFileSystem([lower.freeze()])
  original.removeDirectory('/etc/old')
  original.removeDirectory('/etc')
  populate(original)
  return original.clone()
})
