/** Everything a chip remembers; bytes have a bit for each of its eight inputs. */
export interface PicChipState {
  /** Inputs as they stand. */
  lines: number
  /** IRR, ISR and IMR. */
  requests: number
  inService: number
  mask: number
  vectorBase: number
  /** The initialization word that is expected next, 0: none. */
  expects: 0 | 2 | 3 | 4
  initialized: boolean
  wantsIcw4: boolean
  single: boolean
  /** ICW3; on the master, the inputs at which a slave asks. */
  slaves: number
  allLevel: boolean
  /** Inputs that are level-triggered one by one (ELCR). */
  level: number
  autoEoi: boolean
  rotateOnAutoEoi: boolean
  fullyNested: boolean
  specialMask: boolean
  readInService: boolean
  poll: boolean
  /** The input of lowest priority. */
  lowest: number
}

const START: Readonly<PicChipState> = {
  lines: 0, requests: 0, inService: 0, mask: 0xff, vectorBase: 0, expects: 0, initialized: false, wantsIcw4: false, single: false, slaves: 0, allLevel: false, level: 0,
  autoEoi: false, rotateOnAutoEoi: false, fullyNested: false, specialMask: false, readInService: false, poll: false, lowest: 7,
}

/** One 8259A (Intel data sheet 231468, "Programmable Interrupt Controller"). It asks for nothing before its initialization is complete. */
export class PicChip {
  state: PicChipState = { ...START }

  set(line: number, level: boolean): void {
    const { state } = this
    const bit = 1 << line
    const rose = level && (state.lines & bit) === 0
    state.lines = level ? state.lines | bit : state.lines & ~bit
    if (rose) state.requests |= bit
    // A request whose input falls before it was acknowledged is gone, in either trigger mode.
    else if (!level) state.requests &= ~bit
  }

  /** The input that would be acknowledged now, or -1. */
  get pending(): number {
    const { state } = this
    if (!state.initialized) return -1
    const wanting = state.requests & ~state.mask
    for (let i = 1; i <= 8; i++) {
      const line = (state.lowest + i) & 7
      const bit = 1 << line
      const served = (state.inService & bit) !== 0
      if ((wanting & bit) !== 0 && (!served || (state.fullyNested && (state.slaves & bit) !== 0))) return line
      if (served && !state.specialMask) return -1
    }
    return -1
  }

  /** The end of an INTA sequence: the input that is now in service; null when the request is gone (input 7 is reported, nothing is in service). */
  acknowledge(): number | null {
    const { state } = this
    const line = this.pending
    if (line < 0) return null
    const bit = 1 << line
    if (!this.#isLevel(bit)) state.requests &= ~bit
    if (!state.autoEoi) state.inService |= bit
    else if (state.rotateOnAutoEoi) state.lowest = line
    return line
  }

  /** A0 = 0: IRR, ISR, or the answer to a poll. A0 = 1: IMR. */
  read(a0: number): number {
    const { state } = this
    if (state.poll) {
      state.poll = false
      const line = this.acknowledge()
      return line === null ? 0 : 0x80 | line
    }
    if (a0 === 1) return state.mask
    return state.readInService ? state.inService : state.requests
  }

  write(a0: number, value: number): void {
    if (a0 === 1) this.#writeData(value)
    else if ((value & 0x10) !== 0) this.#initialize(value)
    else if ((value & 8) !== 0) this.#command3(value)
    else this.#command2(value >> 5, value & 7)
  }

  #isLevel(bit: number): boolean {
    return this.state.allLevel || (this.state.level & bit) !== 0
  }

  /** ICW1: everything is cleared; an edge must come anew, a level counts at once. */
  #initialize(value: number): void {
    const { lines, level } = this.state
    const allLevel = (value & 8) !== 0
    this.state = { ...START, lines, level, mask: 0, requests: allLevel ? lines : lines & level, allLevel, expects: 2, wantsIcw4: (value & 1) !== 0, single: (value & 2) !== 0 }
  }

  /** ICW2 to ICW4, then OCW1. */
  #writeData(value: number): void {
    const { state } = this
    const { expects } = state
    if (expects === 0) {
      state.mask = value
      return
    }
    if (expects === 2) state.vectorBase = value & 0xf8
    if (expects === 3) state.slaves = value
    if (expects === 4) {
      state.autoEoi = (value & 2) !== 0
      state.fullyNested = (value & 0x10) !== 0
    }
    if (expects === 2 && !state.single) state.expects = 3
    else state.expects = expects !== 4 && state.wantsIcw4 ? 4 : 0
    state.initialized = state.expects === 0
  }

  /** OCW3: special mask mode, poll, which register A0 = 0 reads. */
  #command3(value: number): void {
    const { state } = this
    if ((value & 0x40) !== 0) state.specialMask = (value & 0x20) !== 0
    if ((value & 4) !== 0) state.poll = true
    else if ((value & 2) !== 0) state.readInService = (value & 1) !== 0
  }

  /** OCW2: `operation` is R, SL, EOI. */
  #command2(operation: number, line: number): void {
    const { state } = this
    const [rotate, specific, endOfInterrupt] = [(operation & 4) !== 0, (operation & 2) !== 0, (operation & 1) !== 0]
    if (!specific && !endOfInterrupt) state.rotateOnAutoEoi = rotate
    const target = specific ? line : this.#highestInService()
    if (endOfInterrupt && target >= 0) state.inService &= ~(1 << target)
    if (rotate && (specific || endOfInterrupt) && target >= 0) state.lowest = target
  }

  #highestInService(): number {
    const { state } = this
    for (let i = 1; i <= 8; i++) {
      const line = (state.lowest + i) & 7
      const bit = 1 << line
      // In special mask mode a non-specific EOI leaves a masked level alone.
      if ((state.inService & bit) !== 0 && !(state.specialMask && (state.mask & bit) !== 0)) return line
    }
    return -1
  }
}
