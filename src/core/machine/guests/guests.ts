import hello from '../../../../resources/guests/hello.asm?raw'
import rings from '../../../../resources/guests/rings.asm?raw'
import selfmod from '../../../../resources/guests/selfmod.asm?raw'

/** A program or small system for the simulated PC. All are multiboot images that `nasm -f bin` makes, with the includes of library.ts. */
export interface Guest {
  readonly key: string
  readonly title: string
  readonly description: string
  /** NASM source, docs/guests.md explains it. */
  readonly source: string
}

export const GUESTS: readonly Guest[] = [
  { key: 'hello', title: 'Hello', description: 'Boots and greets on the serial line: the shortest program there is.', source: hello },
  { key: 'rings', title: 'Rings', description: 'Every privileged and every sensitive instruction in rings 0 to 3: runs, shows, or faults.', source: rings },
  { key: 'selfmod', title: 'Self-modifying code', description: 'Changes its own instructions in twelve ways, and checks that each change was seen.', source: selfmod },
]

export function findGuest(key: string): Guest | undefined {
  return GUESTS.find((guest) => guest.key === key)
}
