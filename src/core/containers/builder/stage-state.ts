import type { HistoryEntry, ImageConfig, RunConfig } from '../image/image-config.ts'
import type { Layer } from '../image/layer.ts'
import type { StageScope } from './scope.ts'

/** An image while it is made: a base and what the instructions did to it so far. */
export interface StageState {
  layers: readonly Layer[]
  /** Line of the instruction that made each layer; null for those of the base image. */
  lines: readonly (number | null)[]
  history: readonly HistoryEntry[]
  config: RunConfig
  scope: StageScope
  /** Cache key of everything so far. */
  key: string
  /** A CMD of the base counts no more once this stage has set ENTRYPOINT. */
  cmdSetHere: boolean
}

export function imageConfigOf(state: StageState, created: string, architecture: string): ImageConfig {
  return {
    created,
    architecture,
    os: 'linux',
    config: state.config,
    rootfs: { type: 'layers', diff_ids: state.layers.map((layer) => layer.diffId) },
    history: state.history,
  }
}

export function commandWords(command: { readonly form: 'shell' | 'exec'; readonly words: readonly string[] }, config: RunConfig): readonly string[] {
  return command.form === 'exec' ? command.words : [...(config.Shell ?? ['/bin/sh', '-c']), ...command.words]
}
