import type { Instruction, RunInstruction, Stage } from '../instructions.ts'
import { instructionRule, parentStage, type Rule, type Subject } from './rule.ts'
import { operands, shellCommands, type ShellCommands } from './shell-commands.ts'

/** A rule about the shell text of each RUN. */
function runRule(id: string, severity: Rule['severity'], message: string, judge: (shell: ShellCommands, run: RunInstruction) => boolean): Rule {
  return instructionRule(id, severity, (instruction) => (instruction.kind === 'run' && judge(shellOf(instruction), instruction) ? message : undefined))
}

function shellOf(run: RunInstruction): ShellCommands {
  if (run.command.form === 'exec') return { commands: [run.command.words], piped: false, parts: 1 }
  const text = run.command.words.join(' ')
  return shellCommands(run.heredocs.length > 0 && /^\s*<</.test(text) ? run.heredocs.map(({ content }) => content).join('\n') : text)
}

const APT_VALUED = ['-o', '--option', '-c', '--config-file', '-t', '--target-release', '--default-release', '-a']
const aptInstall = (command: readonly string[]): string[] | undefined => {
  if (command[0] !== 'apt-get') return undefined
  const [verb, ...packages] = operands(command, APT_VALUED)
  return verb === 'install' ? packages : undefined
}
const hasShortFlag = (command: readonly string[], letter: string): boolean => command.some((word) => /^-[a-zA-Z]+$/.test(word) && word.includes(letter))
const mountsAt = (run: RunInstruction, folders: readonly string[]): boolean =>
  run.mounts.some((mount) => /type=(cache|tmpfs)/.test(mount) && folders.some((folder) => new RegExp(`(target|dst|destination)=${folder}/?(,|$)`).test(mount)))

/** Rules that hadolint users know by these ids; the sentences are our own. */
export const HADOLINT: readonly Rule[] = [
  instructionRule('DL3000', 'error', (instruction) =>
    instruction.kind === 'workdir' && !/^["']?([/$]|[A-Za-z]:[\\/])/.test(instruction.text) ? 'WORKDIR should be an absolute path' : undefined),
  {
    id: 'DL3002',
    severity: 'warning',
    find: ({ dockerfile }) => dockerfile.stages.flatMap(({ instructions }) => {
      const last = instructions.findLast(({ kind }) => kind === 'user')
      return last?.kind === 'user' && /^(root|0)(:|$)/.test(last.text) ? [{ lines: last.lines, message: 'The last USER should not be root' }] : []
    }),
  },
  runRule('DL3003', 'warning', 'WORKDIR changes the directory for what follows; cd in a RUN ends with it', ({ commands }) => commands.some(([name]) => name === 'cd')),
  runRule('DL3004', 'error', 'sudo is not needed in a build, where RUN is root already, and behaves unpredictably', ({ commands }) => commands.some(([name]) => name === 'sudo')),
  instructionRule('DL3006', 'warning', (instruction, { dockerfile }) => {
    if (instruction.kind !== 'from' || /[:@$]/.test(instruction.image.replace(/^[^/]*:\d+\//, '')) || instruction.image === 'scratch') return undefined
    const isStage = dockerfile.stages.some(({ from }) => from.name === instruction.image.toLowerCase() && from.lines.start < instruction.lines.start)
    return isStage ? undefined : 'The base image has no tag: another build may get another version'
  }),
  instructionRule('DL3007', 'warning', (instruction) =>
    instruction.kind === 'from' && /:latest$/.test(instruction.image) ? 'The tag latest moves: name a version, so that builds stay the same' : undefined),
  runRule('DL3008', 'warning', 'apt-get install without versions: pin each package as name=version', ({ commands }) =>
    commands.some((command) => (aptInstall(command) ?? []).some((name) => !/[=/$]|\.deb$/.test(name)))),
  { id: 'DL3009', severity: 'info', find: aptListsKept },
  runRule('DL3013', 'warning', 'pip install without versions: pin each package as name==version', ({ commands }) => commands.some(unpinnedPip)),
  runRule('DL3014', 'warning', 'apt-get install asks before it installs: use -y', ({ commands }) =>
    commands.some((command) => aptInstall(command) !== undefined && !hasShortFlag(command, 'y') && !hasShortFlag(command, 'q')
      && command.filter((word) => word === '--quiet').length < 2
      && !command.some((word) => /^--(yes|assume-yes|quiet=\d)$|^-q=\d$/.test(word)))),
  runRule('DL3015', 'info', 'Recommended packages are installed as well: use --no-install-recommends', ({ commands }) =>
    commands.some((command) => aptInstall(command) !== undefined && !command.some((word) => /^--no-install-recommends$|^APT::Install-Recommends=(false|0)$/i.test(word)))),
  runRule('DL3018', 'warning', 'apk add without versions: pin each package as name=version', ({ commands }) =>
    commands.some((command) => {
      if (command[0] !== 'apk') return false
      const [verb, ...packages] = operands(command, ['-t', '--virtual', '--repository', '-X', '--root', '-p'])
      return verb === 'add' && packages.some((name) => !/[=<>~$]|\.apk$/.test(name))
    })),
  runRule('DL3019', 'info', 'apk keeps its package index in the layer: use --no-cache', ({ commands }, run) =>
    !mountsAt(run, ['/var/cache/apk', '/etc/apk/cache']) && commands.some((command) => command[0] === 'apk' && operands(command)[0] === 'add' && !command.includes('--no-cache'))),
  instructionRule('DL3020', 'error', (instruction) =>
    instruction.kind === 'add' && instruction.sources.some((source) => !/^["']?(https?:|git@|\$)|\.(tar|gz|bz2|xz|zst|lz|lzma|tgz|tb2|tbz|tbz2|tz2|tlz|tpz|txz|tZ|Z)["']?$/.test(source))
      ? 'COPY does for plain files and folders; ADD does more than one expects'
      : undefined),
  instructionRule('DL3025', 'warning', (instruction) =>
    (instruction.kind === 'cmd' || instruction.kind === 'entrypoint') && instruction.command.form === 'shell' && instruction.command.words.length > 0
      ? `Write ${instruction.kind.toUpperCase()} as a JSON array, so that the program gets signals itself`
      : undefined),
  runRule('DL3027', 'warning', 'apt is made for people; scripts use apt-get or apt-cache', ({ commands }) => commands.some(([name]) => name === 'apt')),
  { id: 'DL3059', severity: 'info', find: consecutiveRuns },
  instructionRule('DL4000', 'error', ({ kind }) => (kind === 'maintainer' ? 'MAINTAINER is deprecated; use a label' : undefined)),
  { id: 'DL4006', severity: 'warning', find: ({ dockerfile }) => dockerfile.stages.flatMap(pipesWithoutPipefail) },
]

function unpinnedPip(command: readonly string[]): boolean {
  const start = /^pip[\d.]*$/.test(command[0] ?? '') ? 0 : /^python[\d.]*$/.test(command[0] ?? '') && command[1] === '-m' && command[2] === 'pip' ? 2 : -1
  if (start < 0) return false
  const words = command.slice(start)
  if (words.some((word) => /^(-r|--requirement|-c|--constraint)(=|$)/.test(word))) return false
  const [verb, ...packages] = operands(words, ['-i', '--index-url', '--extra-index-url', '-t', '--target', '--prefix', '--root', '-f', '--find-links', '--progress-bar', '--proxy', '--trusted-host', '--root-user-action'])
  return verb === 'install' && packages.some((name) => (name.startsWith('git+') ? !name.slice(4).replace(/^\w+:\/\/\w+@/, '').includes('@') : !/[=<>~!@$]|^\.|\/|\.whl$|\.tar\.gz$/.test(name)))
}

function aptListsKept({ dockerfile }: Subject): { lines: Instruction['lines']; message: string }[] {
  const last = dockerfile.stages.at(-1)
  const judged = dockerfile.stages.filter((stage) => stage === last || dockerfile.stages.some((later) => parentStage(dockerfile, later) === stage))
  let keepsArchives = false
  return judged.flatMap(({ instructions }) => instructions).filter((instruction) => {
    if (instruction.kind !== 'run') return false
    const { commands } = shellOf(instruction)
    // Without docker-clean the downloaded archives stay too, unless they are mounted away like the lists.
    if (mountsAt(instruction, ['/var/lib/apt', '/var/lib/apt/lists']) && !(keepsArchives && !mountsAt(instruction, ['/var/cache/apt']))) return false
    keepsArchives ||= commands.some((command) => command[0] === 'rm' && command.some((word) => word.endsWith('/docker-clean')))
    const refreshes = commands.some((command) => /^(apt-get|apt|aptitude)$/.test(command[0] ?? '') && operands(command, APT_VALUED)[0] === 'update')
    return refreshes && !commands.some((command) => command[0] === 'rm' && command.some((word) => word.startsWith('/var/lib/apt/lists')))
  }).map(({ lines }) => ({ lines, message: 'Delete the apt-get lists after installing, in the same RUN: they stay in the layer otherwise' }))
}

function consecutiveRuns({ dockerfile }: Subject): { lines: Instruction['lines']; message: string }[] {
  return dockerfile.stages.flatMap(({ instructions }) => instructions.filter((instruction, i) => {
    const before = instructions[i - 1]
    if (instruction.kind !== 'run' || before?.kind !== 'run') return false
    const sameFlags = instruction.node.flags.join(' ') === before.node.flags.join(' ')
    return sameFlags && shellOf(instruction).parts === 1 && shellOf(before).parts === 1
  })).map(({ lines }) => ({ lines, message: 'RUN follows RUN: joined with && they make one layer' }))
}

function pipesWithoutPipefail({ instructions }: Stage): { lines: Instruction['lines']; message: string }[] {
  let safe = false
  return instructions.filter((instruction) => {
    if (instruction.kind === 'shell') safe = setsPipefail(instruction.words) || /pwsh|powershell|cmd(\.exe)?$/i.test(instruction.words[0] ?? '')
    return instruction.kind === 'run' && instruction.command.form === 'shell' && !safe && shellOf(instruction).piped
      && !/set\s+[^;&|\n]*-\w*o\s+pipefail/.test(instruction.command.words.join(' '))
  }).map(({ lines }) => ({ lines, message: 'A pipe hides that its first command failed: set SHELL with -o pipefail before' }))
}

const setsPipefail = (words: readonly string[]): boolean =>
  /\/(bash|zsh|ash)$|^(bash|zsh|ash)$/.test(words[0] ?? '') && words.some((word, i) => word === 'pipefail' && /^-\w*o$/.test(words[i - 1] ?? ''))
