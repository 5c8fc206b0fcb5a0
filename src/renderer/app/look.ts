import type { AnyRecord, ContainerState, EventKind, HostState, RecordType, TaskState, VmState } from '../../protocol/records.ts'
import type { Tone } from '../ui/tone.ts'
import type { IconName } from '../ui/icon-names.ts'
import { t } from './i18n/index.ts'

/** How a state is shown everywhere: shape, colour and (translated) word, never one of them alone. */
export interface StateLook {
  readonly icon: IconName
  readonly tone: Tone
  /** i18n key of the word. */
  readonly word: string
}

const look = (icon: IconName, tone: Tone, word: string): StateLook => ({ icon, tone, word: `app.state.${word}` })

const HOST: Record<HostState, StateLook> = {
  empty: look('off', 'off', 'empty'),
  installing: look('clock', 'paused', 'installing'),
  running: look('play', 'running', 'running'),
  crashed: look('fault', 'fault', 'crashed'),
  booting: look('clock', 'paused', 'booting'),
}

const VM: Record<VmState, StateLook> = {
  off: look('off', 'off', 'off'),
  booting: look('clock', 'paused', 'booting'),
  running: look('play', 'running', 'running'),
  paused: look('pause', 'paused', 'paused'),
  stopping: look('clock', 'paused', 'stopping'),
  fault: look('fault', 'fault', 'fault'),
}

const CONTAINER: Record<ContainerState, StateLook> = {
  created: look('off', 'off', 'created'),
  running: look('play', 'running', 'running'),
  paused: look('pause', 'paused', 'paused'),
  exited: look('off', 'off', 'exited'),
  dead: look('fault', 'fault', 'dead'),
}

const TASK: Record<TaskState, StateLook> = {
  running: look('clock', 'paused', 'running'),
  done: look('check', 'running', 'done'),
  failed: look('fault', 'fault', 'failed'),
  cancelled: look('x', 'off', 'cancelled'),
}

const FAILED_EXIT = look('fault', 'fault', 'exited')

/** The look of a record's state; null for records that have none. */
export function stateLook(record: AnyRecord): StateLook | null {
  switch (record.type) {
    case 'host': return HOST[record.state]
    case 'vm': return VM[record.state]
    case 'container': return record.state === 'exited' && record.exitCode !== 0 ? FAILED_EXIT : CONTAINER[record.state]
    case 'task': case 'build': return TASK[record.state]
    case 'hypervisor': return record.state === 'running' ? HOST.running : HOST.installing
    case 'engine': return record.state === 'running' ? HOST.running : VM.off
    default: return null
  }
}

const KIND_ICONS: Record<RecordType, IconName> = {
  room: 'screen', rack: 'stack', host: 'host', hypervisor: 'hyper', vm: 'vm', snapshot: 'mark', network: 'net', engine: 'io',
  image: 'layers', container: 'ctr', process: 'chip', task: 'clock', event: 'doc', context: 'folder', build: 'layers',
  terminal: 'term', clock: 'clock', project: 'doc',
}

/** The icon of what a record is, e.g. a shield for a privileged domain. */
export function kindIcon(record: AnyRecord): IconName {
  if (record.type === 'vm') return record.role === 'privileged-domain' ? 'shield' : record.role === 'hidden' ? 'hidden' : 'vm'
  if (record.type === 'host') return record.formFactor === 'laptop' ? 'laptop' : record.formFactor === 'workstation' ? 'screen' : 'host'
  return KIND_ICONS[record.type]
}

/** How a kind of event looks; its name is always written beside. */
export interface EventLook {
  readonly icon: IconName
  readonly color: string
}

export const EVENT_LOOKS: Readonly<Record<EventKind, EventLook>> = {
  vm: { icon: 'vm', color: 'var(--ev-direct)' },
  host: { icon: 'host', color: 'var(--ev-walk)' },
  container: { icon: 'ctr', color: 'var(--ev-io)' },
  image: { icon: 'layers', color: 'var(--ev-hypercall)' },
  engine: { icon: 'io', color: 'var(--ev-io)' },
  task: { icon: 'clock', color: 'var(--ev-direct)' },
  edit: { icon: 'gear', color: 'var(--ev-hypercall)' },
  fault: { icon: 'fault', color: 'var(--fault)' },
  network: { icon: 'net', color: 'var(--ev-walk)' },
}

/** What a person calls this object. */
export function displayName(record: AnyRecord): string {
  switch (record.type) {
    case 'image': return record.tags[0] ?? record.digest.replace(/^sha256:/, '').slice(0, 12)
    case 'task': case 'terminal': return record.title
    case 'event': return record.text
    case 'process': return record.command
    case 'build': return record.tag || record.dockerfile
    case 'clock': return record.id
    case 'engine': return t('app.engine-name', { name: record.name })
    default: return record.name
  }
}
