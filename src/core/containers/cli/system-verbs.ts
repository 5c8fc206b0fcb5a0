import { GiB } from '../../simulation/units.ts'
import type { Verb } from './client.ts'
import { size } from './show.ts'
import { table } from './table.ts'

const VERSION = '28.2.2'

export const SYSTEM_VERBS: Readonly<Record<string, Verb>> = {
  version: {
    usage: 'version [OPTIONS]', summary: 'Show the Docker version information', options: {}, operands: { min: 0, max: 0 },
    async run(client) {
      client.engine.machine()
      await client.print(
        `Client:\n Version:           ${VERSION}\n API version:       1.50\n Go version:        go1.24.3\n Git commit:        e6534b4\n Built:             Fri May 30 12:07:14 2025\n OS/Arch:           linux/amd64\n Context:           default\n\n` +
        `Server: Glasshouse (simulated)\n Engine:\n  Version:          ${VERSION}\n  API version:      1.50 (minimum version 1.24)\n  Go version:       go1.24.3\n  Git commit:       45873be\n  Built:            Fri May 30 12:07:28 2025\n  OS/Arch:          linux/amd64\n  Experimental:     false\n`)
      return 0
    },
  },
  info: {
    usage: 'info [OPTIONS]', summary: 'Display system-wide information', options: {}, operands: { min: 0, max: 0 },
    async run(client) {
      const { engine } = client
      const { info } = engine.machine()
      const count = (state: string): number => engine.all().filter((container) => container.state === state).length
      await client.print([
        'Client:', ` Version:    ${VERSION}`, ' Context:    default', ' Debug Mode: false', '', 'Server:', ` Containers: ${engine.all().length}`, `  Running: ${count('running')}`, `  Paused: ${count('paused')}`,
        `  Stopped: ${count('exited') + count('created')}`, ` Images: ${engine.images.all().length}`, ` Server Version: ${VERSION}`, ' Storage Driver: overlay2', '  Backing Filesystem: extfs', ' Logging Driver: json-file',
        ' Cgroup Driver: systemd', ' Cgroup Version: 2', ' Swarm: inactive', ' Runtimes: runc', ' Default Runtime: runc', ` Kernel Version: ${info.kernelRelease}`, ` Operating System: ${info.osName}`, ' OSType: linux',
        ' Architecture: x86_64', ` CPUs: ${info.cores}`, ` Total Memory: ${Number((info.memoryBytes / GiB).toPrecision(4))}GiB`, ` Name: ${info.hostname}`, ' Docker Root Dir: /var/lib/docker', ' Debug Mode: false', ' Experimental: false', '', '',
      ].join('\n'))
      return 0
    },
  },
  'system df': {
    usage: 'system df [OPTIONS]', summary: 'Show docker disk usage', options: {}, operands: { min: 0, max: 0 },
    async run(client) {
      const { engine } = client
      const images = engine.images.all()
      const layers = new Map(images.flatMap(({ layers: each }) => each).map((layer) => [layer.diffId, layer.size]))
      const used = new Set(engine.all().flatMap(({ image }) => image.layers.map(({ diffId }) => diffId)))
      const total = [...layers.values()].reduce((sum, bytes) => sum + bytes, 0)
      const free = [...layers].filter(([id]) => !used.has(id)).reduce((sum, [, bytes]) => sum + bytes, 0)
      const share = (part: number, whole: number): string => `${size(part)} (${whole === 0 ? 0 : Math.floor((part * 100) / whole)}%)`
      const written = engine.all().map((container) => ({ bytes: container.root.upperSize(), alive: container.alive }))
      const sum = (list: typeof written): number => list.reduce((all, { bytes }) => all + bytes, 0)
      await client.print(table([
        ['TYPE', 'TOTAL', 'ACTIVE', 'SIZE', 'RECLAIMABLE'],
        ['Images', String(images.length), String(new Set(engine.all().map(({ image }) => image.id)).size), size(total), share(free, total)],
        ['Containers', String(written.length), String(written.filter(({ alive }) => alive).length), size(sum(written)), share(sum(written.filter(({ alive }) => !alive)), sum(written))],
        ['Local Volumes', '0', '0', '0B', '0B'],
      ]))
      return 0
    },
  },
}
