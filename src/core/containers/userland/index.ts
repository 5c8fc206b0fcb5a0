import type { Program, ProgramTable } from '../runtime/program.ts'
import { SHELLS } from '../shell/shell-program.ts'
import { APK_PROGRAMS } from '../packages/apk-programs.ts'
import { APT_PROGRAMS } from '../packages/apt-programs.ts'
import { PIP_PROGRAMS } from '../packages/pip-program.ts'
import { DOWNLOADERS } from './download.ts'
import { EXPR } from './expr.ts'
import { FINDERS } from './find.ts'
import { FILE_PROGRAMS } from './files.ts'
import { GREPS } from './grep.ts'
import { LISTING } from './list-files.ts'
import { SERVERS } from './nginx.ts'
import { PYTHON } from './python/python-program.ts'
import { STREAMS } from './streams.ts'
import { commandName, program } from './support.ts'
import { SYSTEM } from './system.ts'
import { TEXT_TOOLS } from './text-tools.ts'
import { USERS } from './users.ts'

const PROGRAMS: readonly Program[] = [...SHELLS, ...FILE_PROGRAMS, ...LISTING, ...STREAMS, ...SYSTEM, ...TEXT_TOOLS, ...USERS, ...FINDERS, ...GREPS, EXPR, ...SERVERS, ...PYTHON, ...DOWNLOADERS, ...APT_PROGRAMS, ...APK_PROGRAMS, ...PIP_PROGRAMS]
const BY_NAME = new Map(PROGRAMS.map((entry) => [entry.name, entry]))

/** One file, many programs: the name it is called by decides, or its first argument. */
const busybox = program('busybox', 'busybox', async (process) => {
  const called = commandName(process).replace(/^-/, '')
  const applet = called === 'busybox' ? process.args[0] : called
  if (applet === undefined) return process.print('BusyBox v1.36.1 multi-call binary.\n').then(() => 0)
  if (called === 'busybox') process.process.argv = process.args
  const found = BY_NAME.get(applet === 'sh' ? 'ash' : applet)
  if (found) return found.main(process)
  await process.warn(`${applet}: applet not found\n`)
  return 127
})

/** Every program the kernel can run, by the name in its marker file. */
export const USERLAND: ProgramTable = new Map([...BY_NAME, [busybox.name, busybox]])
