import { toRaw, watch } from 'vue'
import type { AnyRecord, RecordId, RecordType } from '../../../protocol/records.ts'
import { i18n } from '../../app/i18n/index.ts'
import { useRecords } from '../../app/stores/records.ts'
import { RoomModel } from '../scene/room-model.ts'
import type { Words } from '../scene/types.ts'

const FOLLOWED = ['rack', 'host', 'hypervisor', 'vm', 'snapshot', 'network', 'engine', 'container', 'process'] as const satisfies readonly RecordType[]

/** The room's model, kept in line with the records. `changed` is called once for all changes of a frame. */
export function useRoom(words: Words, changed: () => void): RoomModel {
  const records = useRecords()
  const model = new RoomModel(words)
  // Reading the size follows every change of a map; the records themselves are compared past the reactive wrapper.
  const versions = () => FOLLOWED.map((type) => records.all(type).size)
  const sync = () => model.sync(FOLLOWED.map((type) => toRaw(records.all(type)) as ReadonlyMap<RecordId, AnyRecord>))
  sync()
  let turn = 0
  watch(() => [turn++, versions()], () => {
    sync()
    changed()
  })
  watch(() => i18n.global.locale.value, () => {
    model.invalidate()
    changed()
  })
  return model
}
