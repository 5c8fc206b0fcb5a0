/**
 * Places in a grid that grows as a whole: an object keeps its place for as long as it is there, whatever comes or goes
 * beside it. Objects are given places in order; the place of one that left is used again.
 */
export interface Cell {
  readonly col: number
  readonly row: number
  readonly span: number
}

interface Growth {
  /** Columns to begin with, and the rows to fill before another column opens. */
  readonly columns: number
  readonly rows: number
  /** Rows for each column that the grid keeps to when it grows further. */
  readonly ratio: number
}

export class Slots {
  readonly #cells = new Map<string, Cell>()
  readonly #growth: Growth
  #columns: number
  #rows = 1

  constructor(growth: Growth) {
    this.#growth = growth
    this.#columns = growth.columns
  }

  get columns(): number {
    return this.#columns
  }

  get rows(): number {
    return this.#rows
  }

  cell(id: string): Cell | undefined {
    return this.#cells.get(id)
  }

  /** Keeps those already placed, forgets those that left, finds places for the rest in the given order. */
  arrange(items: readonly { readonly id: string; readonly span: number }[]): void {
    const wanted = new Map(items.map((item) => [item.id, item.span]))
    for (const [id, cell] of this.#cells) if (wanted.get(id) !== cell.span) this.#cells.delete(id)
    for (const { id, span } of items) {
      if (this.#cells.has(id)) continue
      let free = this.#free(span)
      while (!free) {
        this.#grow(span)
        free = this.#free(span)
      }
      this.#cells.set(id, free)
    }
  }

  #free(span: number): Cell | null {
    const taken = new Set<number>()
    for (const { col, row, span: width } of this.#cells.values()) for (let at = col; at < col + width; at++) taken.add(row * 1024 + at)
    for (let row = 0; row < this.#rows; row++) {
      for (let col = 0; col + span <= this.#columns; col++) {
        let free = true
        for (let at = col; at < col + span; at++) if (taken.has(row * 1024 + at)) free = false
        if (free) return { col, row, span }
      }
    }
    return null
  }

  /** Rows first, then columns and rows in turn, so that the whole keeps a shape that fits a window. */
  #grow(span: number): void {
    if (this.#columns < span) this.#columns = span
    else if (this.#rows < this.#growth.rows || this.#rows < this.#columns * this.#growth.ratio) this.#rows++
    else this.#columns++
  }
}
