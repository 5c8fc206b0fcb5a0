import type { Simulation } from '../../simulation/simulation.ts'
import { SECOND } from '../../simulation/units.ts'

const seconds = (time: number, digits: number): string => (time / SECOND).toFixed(digits)

/** One numbered unit of work in the log, such as `[2/9] RUN apt-get update`. */
export interface Vertex {
  /** Whole lines come out with the seconds since the start before them; a cut line waits for its end. */
  output(text: string): void
  /** A line without time, such as `transferring context: 2B done`. */
  note(text: string): void
  done(): void
  cached(): void
  failed(message: string): void
  /** The latest lines of output, with their times. */
  tail(): readonly string[]
}

const TAIL = 20

/** The build's log in the words and layout of `docker build --progress=plain`. */
export class BuildLog {
  private next = 1
  private readonly simulation: Simulation
  private readonly emit: (text: string) => void

  constructor(simulation: Simulation, emit: (text: string) => void) {
    this.simulation = simulation
    this.emit = emit
    emit('#0 building with "default" instance using docker driver\n')
  }

  write(text: string): void {
    this.emit(text)
  }

  vertex(name: string): Vertex {
    const prefix = `#${this.next++}`
    const start = this.simulation.now
    const recent: string[] = []
    let partial = ''
    const line = (text: string): void => {
      const timed = `${seconds(this.simulation.now - start, 3)} ${text}`
      recent.push(timed)
      if (recent.length > TAIL) recent.shift()
      this.emit(`${prefix} ${timed}\n`)
    }
    const flush = (): void => {
      if (partial !== '') line(partial)
      partial = ''
    }
    this.emit(`\n${prefix} ${name}\n`)
    return {
      output: (text) => {
        const lines = (partial + text.replaceAll('\r\n', '\n')).split('\n')
        partial = lines.pop() ?? ''
        for (const each of lines) line(each)
      },
      note: (text) => this.emit(`${prefix} ${text}\n`),
      done: () => {
        flush()
        this.emit(`${prefix} DONE ${seconds(this.simulation.now - start, 1)}s\n`)
      },
      cached: () => this.emit(`${prefix} CACHED\n`),
      failed: (message) => {
        flush()
        this.emit(`${prefix} ERROR: ${message}\n`)
      },
      tail: () => recent,
    }
  }
}
