import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Frame } from '../../../protocol/diff.ts'
import type { ErrorInfo } from '../../../protocol/errors.ts'
import type { CoreStatus, ProjectStatus } from '../../../protocol/messages.ts'
import { CoreClient, type LinkState } from '../connection/core-client.ts'
import { defaultDoor, type Door } from '../connection/doors.ts'
import { useMachines } from './machines.ts'
import { useRecords } from './records.ts'

/** A window that is not shown gets no animation frames; it still follows, slowly. */
const HIDDEN_FRAME_MS = 250

/**
 * The way to the core: `command`, `query`, `project`, `machine`, `follow`. Frames wait for the next animation frame, are applied
 * together and acknowledged with one `drawn`.
 */
export const useCore = defineStore('core', () => {
  const records = useRecords()
  const machines = useMachines()
  const link = shallowRef<LinkState>({ state: 'connecting' })
  const project = shallowRef<ProjectStatus | null>(null)
  const restarted = shallowRef<string | null>(null)
  const failed = shallowRef<ErrorInfo | null>(null)
  let client: CoreClient | null = null
  let waiting: Frame[] = []

  function draw(): void {
    const frames = waiting
    waiting = []
    for (const frame of frames) records.apply(frame)
    const last = frames.at(-1)
    if (last) client?.drawn(last.seq)
  }

  function enqueue(frame: Frame): void {
    if (waiting.push(frame) > 1) return
    if (document.hidden) setTimeout(draw, HIDDEN_FRAME_MS)
    else requestAnimationFrame(draw)
  }

  function setStatus(status: CoreStatus): void {
    if (status.state === 'failed') {
      failed.value = status.error
      return
    }
    failed.value = null
    project.value = status.project
    if (status.state === 'restarted') restarted.value = status.reason
  }

  function start(door: Door = defaultDoor()): void {
    client = new CoreClient(door, {
      snapshot: (snapshot) => {
        waiting = []
        records.load(snapshot)
        client?.drawn(snapshot.seq)
      },
      frame: enqueue,
      status: setStatus,
      machine: machines.receive,
      link: (state) => { link.value = state },
    })
    client.connect()
  }

  function connected(): CoreClient {
    if (!client) throw new Error('The connection is not started.')
    return client
  }

  const command: CoreClient['command'] = (name, params) => connected().command(name, params)
  const query: CoreClient['query'] = (name, params) => connected().query(name, params)
  const projectRequest: CoreClient['project'] = (name, params) => connected().project(name, params)
  const machineRequest: CoreClient['machine'] = (name, params) => connected().machine(name, params)
  const follow: CoreClient['follow'] = (stream, listener, offset) => connected().follow(stream, listener, offset)
  const reconnect = () => client?.connect()
  const ready = computed(() => link.value.state === 'open' && records.loaded)

  return { link, project, restarted, failed, ready, start, reconnect, command, query, projectRequest, machineRequest, follow }
})
