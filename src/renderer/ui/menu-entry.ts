import type { IconName } from './icon-names.ts'

export type MenuEntry =
  | { readonly kind: 'separator' }
  | { readonly kind: 'label'; readonly label: string }
  | {
    readonly kind: 'item'
    readonly label: string
    readonly icon?: IconName
    readonly keys?: string
    readonly checked?: boolean
    /** Why it cannot be chosen now. */
    readonly reason?: string | null
    run(): void
  }
