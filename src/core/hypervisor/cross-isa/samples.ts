import fib from '../../../../resources/guests/riscv/fib.s?raw'
import hello from '../../../../resources/guests/riscv/hello.s?raw'
import primes from '../../../../resources/guests/riscv/primes.s?raw'
import sort from '../../../../resources/guests/riscv/sort.s?raw'
import words from '../../../../resources/guests/riscv/words.s?raw'

/** A RISC-V program in the syntax of GNU as; docs/guests.md explains each. */
export interface RiscvSample {
  readonly key: string
  readonly title: string
  readonly description: string
  readonly source: string
  /** What it finds on its standard input; nothing if not said. */
  readonly input?: string
}

export const RISCV_SAMPLES: readonly RiscvSample[] = [
  { key: 'hello', title: 'Hello', description: 'Two system calls: the shortest program there is.', source: hello },
  { key: 'primes', title: 'A sieve', description: 'Prime numbers below 10000: loops, bytes in memory, multiplication and division.', source: primes },
  { key: 'fib', title: 'Fibonacci', description: 'Fibonacci numbers by recursion: calls, returns and a stack.', source: fib },
  { key: 'sort', title: 'Sorting', description: 'Two hundred numbers on the heap, sorted by insertion and checked.', source: sort },
  { key: 'words', title: 'Counting words', description: 'Lines, words and bytes of its input; jumps through a table.', source: words, input: 'to be or not\nto be\n  that is\n' },
]
