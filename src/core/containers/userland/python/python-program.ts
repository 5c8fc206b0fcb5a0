import { MiB } from '../../../simulation/units.ts'
import type { ProcessContext } from '../../runtime/process-context.ts'
import { program, reasonOf } from '../support.ts'
import { PythonInterpreter } from './interpreter.ts'
import { parsePython } from './parser.ts'
import { PythonSyntaxError } from './tokens.ts'
import { Raised } from './values.ts'

/** `python3 file args`, `python3 -c text`, `python3 -m http.server`, or a program on standard input. */
async function python(process: ProcessContext): Promise<number> {
  const args = process.args.filter((word) => !/^-[uBEsSIO]+$/.test(word))
  if (args[0] === '--version' || args[0] === '-V') return process.print('Python 3.12.3\n').then(() => 0)
  if (args[0] === '-m') return process.warn(`${process.argv[0]}: the module ${args[1] ?? ''} is not modelled yet\n`).then(() => 1)
  if (args[0] === '-c') return runText(process, args[1] ?? '', '<string>', ['-c', ...args.slice(2)])
  const [path] = args
  if (path === undefined) return runText(process, await process.readAllText(0), '<stdin>', [''])
  let text: string
  try {
    text = process.files.text(path)
  } catch (error) {
    return process.warn(`python3: can't open file '${path.startsWith('/') ? path : `${process.cwd.replace(/\/$/, '')}/${path}`}': [Errno 2] ${reasonOf(error)}\n`).then(() => 2)
  }
  return runText(process, text, path, args)
}

async function runText(process: ProcessContext, text: string, file: string, argv: readonly string[]): Promise<number> {
  const interpreter = new PythonInterpreter(process, argv)
  try {
    await interpreter.run(parsePython(text))
    return 0
  } catch (error) {
    if (error instanceof PythonSyntaxError) return process.warn(`  File "${file}", line ${error.line}\n    ${text.split('\n')[error.line - 1]?.trim() ?? ''}\nSyntaxError: ${error.message}\n`).then(() => 1)
    if (error instanceof RangeError) return process.warn('RecursionError: maximum recursion depth exceeded\n').then(() => 1)
    if (!(error instanceof Raised)) throw error
    if (error.kind === 'SystemExit') return /^-?\d+$/.test(error.message) ? Number(error.message) & 255 : error.message === 'None' ? 0 : process.warn(`${error.message}\n`).then(() => 1)
    await process.warn(`Traceback (most recent call last):\n  File "${file}", line ${interpreter.line}, in <module>\n    ${text.split('\n')[interpreter.line - 1]?.trim() ?? ''}\n${error.kind}${error.message === '' ? '' : `: ${error.message}`}\n`)
    return 1
  }
}

export const PYTHON = [program('python3', 'python3', python, 10 * MiB), program('python', 'python3', python, 10 * MiB)]
