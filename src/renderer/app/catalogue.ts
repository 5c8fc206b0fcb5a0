import type { CatalogueAnswer } from '../../protocol/catalogue.ts'
import { useCore } from './stores/core.ts'

let answer: Promise<CatalogueAnswer> | null = null

/** What can be added to the room. It never changes while the app runs, so one question is enough. */
export function catalogue(): Promise<CatalogueAnswer> {
  answer ??= useCore().query('catalogue', {}).catch((error: unknown) => {
    answer = null
    throw error
  })
  return answer
}
