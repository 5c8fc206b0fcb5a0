import type { PartEffect } from '../../../protocol/structure.ts'
import type { Composition, Part } from './composition.ts'
import { REQUESTED } from './composition.ts'

/**
 * What the crash of some parts does to all others. A crash takes the whole protection domain that the part shares, and with it everything that runs in
 * there; then whatever needs one of those to execute. What needs one only for requests goes on, and waits when it asks.
 */
export function effectsOf(composition: Composition, crashed: readonly string[]): Map<string, PartEffect> {
  const effects = new Map<string, PartEffect>()
  const fall = (id: string, because: string): void => {
    for (const each of composition.within(composition.spaceOf(id).id)) if (!effects.has(each.id)) effects.set(each.id, { kind: 'down', because })
  }
  for (const id of crashed) fall(id, id)
  for (let before = -1; before !== effects.size;) {
    before = effects.size
    for (const { id, needs } of composition.parts) {
      const reached = needs.run === undefined || effects.has(id) ? undefined : effects.get(needs.run)
      if (reached?.kind === 'down') fall(id, reached.because)
    }
  }
  const down = new Set(effects.keys())
  for (const each of composition.parts) {
    if (down.has(each.id)) continue
    const services = REQUESTED.filter((service) => chain(composition, each, service).some(({ id }) => down.has(id)))
    if (services.length > 0) effects.set(each.id, { kind: 'stalled', services })
  }
  return effects
}

/** The parts that a request passes after `from`, each the one that the one before needs for it. */
export function chain(composition: Composition, from: Part, service: (typeof REQUESTED)[number]): Part[] {
  const passed: Part[] = []
  for (let next = from.needs[service]; next !== undefined && !passed.some(({ id }) => id === next);) {
    const station = composition.get(next)
    passed.push(station)
    next = station.needs[service]
  }
  return passed
}

export const isDown = (effects: ReadonlyMap<string, PartEffect>, id: string): boolean => effects.get(id)?.kind === 'down'

/** What a guest stands on: the parts whose crash takes it down, and those whose crash makes it wait. Hardware is not counted. */
export function supportOf(composition: Composition, guest: string): { readonly trusted: string[]; readonly serving: string[] } {
  const trusted: string[] = []
  const serving: string[] = []
  for (const { id, mode } of composition.parts) {
    if (mode === 'machine' || mode === 'device' || composition.isWithin(id, guest)) continue
    const effect = effectsOf(composition, [id]).get(guest)
    if (effect?.kind === 'down') trusted.push(id)
    else if (effect?.kind === 'stalled' && effect.services.some((service) => service !== 'control')) serving.push(id)
  }
  return { trusted, serving }
}
