/** Rows drawn above and below the visible ones, so that scrolling shows no gaps. */
const MARGIN_ROWS = 8

/** Which rows of a long list are in view: `first` up to but without `last`. Heights in px. */
export function slice(count: number, rowHeight: number, scrolled: number, height: number): { readonly first: number; readonly last: number } {
  const first = Math.max(0, Math.min(count, Math.floor(scrolled / rowHeight)) - MARGIN_ROWS)
  const last = Math.min(count, Math.ceil((scrolled + height) / rowHeight) + MARGIN_ROWS)
  return { first, last: Math.max(first, last) }
}
