import { asm } from './asm.ts'
import { build } from './build.ts'
import { classify } from './classify.ts'
import { type CliCommand, UsageError } from './command.ts'
import { lockstep } from './lockstep.ts'
import { machine } from './machine.ts'
import { disasm } from './disasm.ts'
import { nanobench } from './nanobench.ts'
import { riscv } from './riscv.ts'
import { run } from './run.ts'
import { scoreboard } from './scoreboard.ts'
import { serve } from './serve.ts'
import { vectors } from './vectors.ts'

const COMMANDS: Readonly<Record<string, CliCommand>> = { serve, run, build, machine, vectors, asm, disasm, riscv, classify, lockstep, scoreboard, nanobench }

const HELP = `Glasshouse: build, run, open up and break a virtual datacenter, offline.

Usage: glasshouse <command> [options]

Commands:
${Object.entries(COMMANDS).map(([name, command]) => `  ${name.padEnd(9)} ${command.summary}`).join('\n')}

Options:
  --help     show this, or a command's own help after its name
  --version  show the version

Exit codes: 0 done, 1 failed, 2 wrong usage. A command's --help says what failed means for it.
`

/** The exit code of a whole command line, without the program's name. */
async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return print(HELP, name === undefined ? 2 : 0)
  if (name === '--version' || name === '-v') return print(`${__APP_VERSION__}\n`, 0)
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) return complain(`There is no command "${name}".`, 'glasshouse --help')
  if (rest.includes('--help') || rest.includes('-h')) return print(command.help, 0)
  try {
    return await command.execute(rest)
  } catch (error) {
    if (error instanceof UsageError) return complain(error.message, `glasshouse ${name} --help`)
    process.stderr.write(`glasshouse ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

function print(text: string, code: number): number {
  const stream = code === 0 ? process.stdout : process.stderr
  stream.write(text)
  return code
}

function complain(message: string, help: string): number {
  process.stderr.write(`${message}\nSee ${help}.\n`)
  return 2
}

process.exitCode = await main(process.argv.slice(2))
