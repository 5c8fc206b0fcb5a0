import type { CatalogueAnswer } from '../../protocol/catalogue.ts'
import { useCore } from './stores/core.ts'
import { useRecords } from './stores/records.ts'

let known: { readonly universe: string | undefined; readonly answer: Promise<CatalogueAnswer> } | null = null

/** What can be added to the room. Only its images change, with the date of the package universe: one question per date is enough. */
export function catalogue(): Promise<CatalogueAnswer> {
  const universe = useRecords().project?.universe
  if (known && known.universe === universe) return known.answer
  const answer = useCore().query('catalogue', {}).catch((error: unknown) => {
    known = null
    throw error
  })
  known = { universe, answer }
  return answer
}
