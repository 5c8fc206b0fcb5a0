import type { HostModel, HostSystem } from '../../../protocol/catalogue.ts'
import { Failure } from '../../base/failure.ts'
import { GUESTS, LINUXKIT, type Guest } from './guests.ts'
import { HOST_MODELS } from './host-models.ts'
import { HOST_SYSTEMS } from './host-systems.ts'
import { PRODUCTS, type Product } from '../../hypervisor/products/catalogue.ts'

function find<T extends { readonly key: string }>(list: readonly T[], key: string, what: string): T {
  const entry = list.find((candidate) => candidate.key === key)
  if (!entry) throw new Failure('not-found', `The catalogue has no ${what} "${key}".`, `It has: ${list.map((each) => each.key).join(', ')}.`)
  return entry
}

export const findHostModel = (key: string): HostModel => find(HOST_MODELS, key, 'host')
export const findHostSystem = (key: string): HostSystem => find(HOST_SYSTEMS, key, 'host system')
export const findProduct = (key: string): Product => find(PRODUCTS, key, 'hypervisor')
export const findGuest = (key: string): Guest => (key === LINUXKIT.key ? LINUXKIT : find(GUESTS, key, 'guest'))
