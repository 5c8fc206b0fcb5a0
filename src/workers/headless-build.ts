import { posix, sep } from 'node:path'
import { buildHeadless, type HeadlessResult } from '../core/containers/engine/headless.ts'
import { readContextFolder } from './context-folder.ts'
import { nativeSha256, settle } from './platform.ts'

export interface BuildParams {
  readonly folder: string
  /** Path of the Dockerfile inside the folder. */
  readonly dockerfile: string
  /** Day of the package universe, `YYYY-MM-DD`. */
  readonly universe: string
}

/** Builds an image from a folder, on a machine of its own: the same folder gives the same image. The log comes through `log` as it is written. */
export function buildImage({ folder, dockerfile: named, universe }: BuildParams, log: (text: string) => void): Promise<HeadlessResult> {
  const dockerfile = posix.normalize(named.split(sep).join('/'))
  const files = new Map(readContextFolder(folder).map(({ path, ...entry }) => [path, entry]))
  return buildHeadless({ files, dockerfile, universe, settle, sha256: nativeSha256, onLog: log })
}
