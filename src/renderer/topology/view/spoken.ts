import type { RecordId } from '../../../protocol/records.ts'
import { t } from '../../app/i18n/index.ts'
import { displayName, stateLook } from '../../app/look.ts'
import type { RoomModel } from '../scene/room-model.ts'

/** One sentence about an object, for screen readers: name, kind, where it is, how it does. */
export function spoken(model: RoomModel, id: RecordId): string {
  const record = model.index.get(id)
  if (!record) return ''
  const name = displayName(record)
  const look = stateLook(record)
  const state = look ? t(look.word) : ''
  switch (record.type) {
    case 'host': {
      const scene = model.plan.hosts.get(record.id)?.scene
      return t('topology.spoken.host', { name, state, platform: scene?.platform ?? '', guests: scene?.census.length ?? 0 })
    }
    case 'vm': return t('topology.spoken.vm', { name, state, parent: model.index.get(record.host)?.name ?? '' })
    case 'container': {
      const owner = model.index.get(record.engine)?.owner
      const parent = owner ? model.index.get<'host' | 'vm'>(owner) : undefined
      return t('topology.spoken.container', { name, state, parent: parent?.name ?? '' })
    }
    case 'hypervisor': return t('topology.spoken.hypervisor', { name, parent: model.index.get(record.host)?.name ?? '' })
    case 'network': return t('topology.spoken.network', { name, cidr: record.cidr })
    case 'rack': return t('topology.spoken.rack', { name, count: model.index.children(record.id, 'host').length })
    default: return name
  }
}
