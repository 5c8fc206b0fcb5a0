/** Reads the kernel's bytes of COM1: times and checksums of its loops. */

export const LOOPS = { A: 'alu', B: 'sieve', C: 'fib', D: 'copy', E: 'rings', s: 'sort', c: 'crc', m: 'matrix', h: 'hash', b: 'bytecode' }

/** @returns `heard` for each byte; false from it: all rounds are over. Times are CPU time of this process in ms, the least of all rounds but the first. */
export function makeRounds(count) {
  const loops = {}
  let line = ''
  let began = 0
  let instructionsBefore = 0
  let letter = ''
  let round = 0
  const now = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000 }
  const heard = (byte, instructions = 0) => {
    const sign = String.fromCharCode(byte)
    if (letter === '') {
      letter = sign
      began = now()
      instructionsBefore = instructions
      return round < count
    }
    if (line === '') {
      const loop = (loops[letter] ??= { times: [], checksums: new Set(), instructions: 0 })
      loop.times.push(now() - began)
      loop.instructions = instructions - instructionsBefore
    }
    if (sign !== '\n') line += sign
    else {
      loops[letter].checksums.add(line)
      if (letter === 'b') round++
      line = letter = ''
    }
    return round < count
  }
  return { heard, loops }
}
