import { resolve } from 'node:path'

/** The ending of project files; the file association in electron-builder.yml names it too. */
export const PROJECT_ENDING = 'glasshouse'

/** The project file among a command line's arguments, as a full path. Switches, the app's own folder and the like are not it. */
export function fileArgument(argv: readonly string[], folder: string): string | null {
  const file = argv.slice(1).find((argument) => !argument.startsWith('-') && argument.endsWith(`.${PROJECT_ENDING}`))
  return file === undefined ? null : resolve(folder, file)
}
