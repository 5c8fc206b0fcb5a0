import type { Random } from '../../simulation/random.ts'

const ADJECTIVES = (
  'agile amber ample ancient bold brave brisk calm careful cheerful clever cosy curious daring deft eager early earnest easy elegant epic fair fancy fearless fine fluent fond frank fresh ' +
  'gentle glad golden grand great happy hardy hasty honest humble jolly keen kind lively lucid lucky merry mighty mild modest neat nimble noble patient plain proud quick quiet rapid ready ' +
  'serene sharp silent smart smooth solid steady stoic sunny swift tender tidy tranquil trusty upbeat vivid warm wise witty zealous zesty'
).split(' ')

/** Surnames of people who made computing, networks and mathematics. */
const SURNAMES = (
  'abel allen backus bardeen bartik berners boole brooks cerf church clarke codd cook curry dahl davies dijkstra easley eckert edison engelbart euclid euler floyd gates gauss goedel goldberg ' +
  'hamilton hamming haibt holberton hollerith hopper jennings johnson kahn karp kay keller kernighan kilby knuth lamarr lamport leibniz lovelace mauchly mccarthy meitner milner minsky moore ' +
  'naur neumann newell noether noyce nygaard pascal perlman popek postel ramanujan ritchie rivest sammet shannon shockley snyder stallman sutherland tarjan thompson torvalds turing wilkes wing wirth zuse'
).split(' ')

/** A name for a container that has none: `quick_lovelace`; with a digit when the name is taken. */
export function makeName(random: Random, isTaken: (name: string) => boolean): string {
  for (let attempt = 0; ; attempt++) {
    const name = `${ADJECTIVES[random.below(ADJECTIVES.length)]!}_${SURNAMES[random.below(SURNAMES.length)]!}${attempt > 5 ? random.below(10) : ''}`
    if (!isTaken(name)) return name
  }
}
