import type { Bytes } from '../../base/bytes.ts'
import type { DeviceNumber } from '../filesystem/file-system.ts'
import type { FileReference, OpenFile } from './open-file.ts'
import type { Process } from './process.ts'

/** An entry of a tree that the kernel makes up when it is looked at: `/proc`, `/dev`. */
export type VirtualNode =
  | { readonly kind: 'directory'; readonly names: readonly string[] }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'file'; readonly content: Bytes; readonly mode: number; readonly uid?: number }
  | { readonly kind: 'character-device'; readonly device: DeviceNumber; readonly mode: number; readonly open: () => OpenFile }
  /** `/proc/self/fd/N`: reads as a link, opens as the very same open file. */
  | { readonly kind: 'descriptor'; readonly reference: FileReference }

/** A made-up tree. `parts` are the path components below its mount point. */
export interface VirtualTree {
  readonly mountPoint: string
  find(parts: readonly string[], viewer: Process): VirtualNode | undefined
}
