const basename = (word: string): string => word.slice(word.lastIndexOf('/') + 1)

/** What a shell command does, in a few words: its last pipeline part without path, sudo and options. */
function commandTitle(command: string): string {
  const last = command.split(/&&|;|\|/).map((part) => part.trim()).filter((part) => part !== '')
  const part = command.includes('&&') ? last[0] : last.at(-1)
  const words = (part ?? command).split(/\s+/).filter((word) => !word.startsWith('-') && word !== 'sudo')
  const [program = '', ...rest] = words
  if (/^apt(?:-get)?$/.test(program) && rest[0] === 'install') return rest.join(' ')
  if (program.includes('/')) return basename(program)
  return program === 'add-apt-repository' ? program : [program, ...rest].join(' ')
}

/** A step in the few words that fit beside a bar: `RUN apt-get -y install nginx` is `install nginx`. */
export function stepTitle(text: string): string {
  const run = /^RUN\s+(.*)$/is.exec(text.replaceAll(/\\?\s*\n\s*/g, ' '))
  if (run?.[1] !== undefined) return run[1].startsWith('[') ? run[1] : commandTitle(run[1])
  const env = /^(ENV|ARG|LABEL)\s+([^\s=]+)/i.exec(text)
  if (env?.[1] !== undefined && env[2] !== undefined) return `${env[1].toUpperCase()} ${env[2]}`
  return text
}
