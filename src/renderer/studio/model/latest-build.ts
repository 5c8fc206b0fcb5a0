import type { BuildRecord, RecordId } from '../../../protocol/records.ts'

const serial = (id: string): number => Number(/\d+$/.exec(id)?.[0] ?? 0)

/** The latest build of one Dockerfile of a folder: by simulated start, then by the order in which builds were made. */
export function latestBuild(builds: Iterable<BuildRecord>, context: RecordId<'context'>, dockerfile: string): BuildRecord | null {
  let latest: BuildRecord | null = null
  for (const build of builds) {
    if (build.context !== context || build.dockerfile !== dockerfile) continue
    const later = latest === null || build.startedAt > latest.startedAt || (build.startedAt === latest.startedAt && serial(build.id) > serial(latest.id))
    if (later) latest = build
  }
  return latest
}
