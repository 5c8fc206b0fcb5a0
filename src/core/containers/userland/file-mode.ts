/** Applies chmod(1)'s mode text (`755`, `u+x,go-w`) to permission bits. */
export function changeMode(mode: number, spec: string, directory: boolean): number {
  if (/^[0-7]+$/.test(spec)) return parseInt(spec, 8) & 0o7777
  let result = mode & 0o7777
  for (const clause of spec.split(',')) {
    const match = /^([ugoa]*)([-+=].*)$/.exec(clause)
    if (!match) continue
    const who = match[1] === '' || match[1]!.includes('a') ? 'ugo' : match[1]!
    for (const [, operator, letters = ''] of match[2]!.matchAll(/([-+=])([rwxXst]*)/g)) {
      const bits = bitsOf(who, letters, directory || (result & 0o111) !== 0)
      if (operator === '+') result |= bits
      else if (operator === '-') result &= ~bits
      else result = (result & ~bitsOf(who, 'rwx', true)) | bits
    }
  }
  return result
}

function bitsOf(who: string, letters: string, executable: boolean): number {
  let bits = 0
  for (const class_ of who) {
    const shift = { u: 6, g: 3, o: 0 }[class_] ?? 0
    for (const letter of letters) {
      if (letter === 's') bits |= class_ === 'u' ? 0o4000 : class_ === 'g' ? 0o2000 : 0
      else if (letter === 't') bits |= 0o1000
      else bits |= ({ r: 4, w: 2, x: 1, X: executable ? 1 : 0 }[letter] ?? 0) << shift
    }
  }
  return bits
}
