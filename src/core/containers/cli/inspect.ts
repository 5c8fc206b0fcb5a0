import type { Container } from '../engine/container.ts'
import type { Engine } from '../engine/engine.ts'
import type { StoredImage } from '../image/content-store.ts'
import { rfc3339 } from './show.ts'

/** What `docker inspect` shows of a container: the fields that this engine has. */
export function inspectContainer(engine: Engine, container: Container): object {
  const { settings, state, image } = container
  const alive = container.alive
  const ports = Object.fromEntries(settings.ports.map(({ hostPort, containerPort, protocol }) => [`${containerPort}/${protocol}`, [{ HostIp: '0.0.0.0', HostPort: String(hostPort) }, { HostIp: '::', HostPort: String(hostPort) }]]))
  return {
    Id: container.id,
    Created: rfc3339(engine, container.createdAt),
    Path: settings.argv[0] ?? '',
    Args: settings.argv.slice(1),
    State: {
      Status: state, Running: alive, Paused: state === 'paused', Restarting: false, OOMKilled: container.oomKilled, Dead: false, Pid: container.process?.pid ?? 0,
      ExitCode: container.exitCode ?? 0, Error: '', StartedAt: rfc3339(engine, container.startedAt), FinishedAt: rfc3339(engine, container.finishedAt),
    },
    Image: image.id,
    Name: `/${container.name}`,
    RestartCount: 0,
    Driver: 'overlay2',
    Platform: 'linux',
    HostConfig: { NetworkMode: 'bridge', AutoRemove: settings.autoRemove, PortBindings: Object.fromEntries(settings.ports.map(({ hostPort, containerPort, protocol }) => [`${containerPort}/${protocol}`, [{ HostIp: '', HostPort: String(hostPort) }]])) },
    Config: {
      Hostname: settings.hostname, User: settings.user, AttachStdin: false, Tty: settings.tty, OpenStdin: settings.openStdin, Env: settings.env,
      Cmd: settings.cmd, Image: container.imageName, WorkingDir: settings.workingDir, Entrypoint: settings.entrypoint, Labels: settings.labels,
      ExposedPorts: image.config.config.ExposedPorts ?? {},
    },
    NetworkSettings: {
      Ports: alive ? ports : {}, Gateway: alive ? '172.17.0.1' : '', IPAddress: container.ipAddress ?? '', IPPrefixLen: alive ? 16 : 0,
      Networks: { bridge: { Gateway: alive ? '172.17.0.1' : '', IPAddress: container.ipAddress ?? '', IPPrefixLen: alive ? 16 : 0 } },
    },
  }
}

export function inspectImage(engine: Engine, image: StoredImage): object {
  const digest = engine.images.repoDigest(image)
  const tags = engine.images.tagsOf(image.id)
  return {
    Id: image.id,
    RepoTags: tags,
    RepoDigests: digest === undefined ? [] : [...new Set(tags.map((tag) => `${tag.slice(0, tag.lastIndexOf(':'))}@${digest}`))],
    Created: image.config.created,
    Architecture: image.config.architecture,
    Os: image.config.os,
    Size: image.size,
    Config: image.config.config,
    RootFS: { Type: 'layers', Layers: image.config.rootfs.diff_ids },
  }
}

/** Go's JSON indentation of the client. */
export const inspectJson = (objects: readonly object[]): string => `${JSON.stringify(objects, null, 4)}\n`
