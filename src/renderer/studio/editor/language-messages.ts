/** What the editor asks its language worker. Lines and characters count from 0. */
export interface LanguageRequest {
  readonly id: number
  readonly kind: 'complete' | 'hover'
  readonly text: string
  readonly line: number
  readonly character: number
}

export interface Proposal {
  readonly label: string
  readonly insert: string
  readonly snippet: boolean
  readonly documentation: string
  /** Character of the line from which `insert` replaces what stands there. */
  readonly start: number
}

export type LanguageAnswer =
  | { readonly id: number; readonly kind: 'complete'; readonly proposals: readonly Proposal[] }
  | { readonly id: number; readonly kind: 'hover'; readonly markdown: string | null }
