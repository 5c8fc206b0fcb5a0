import type { AnyRecord } from '../../../protocol/records.ts'
import type { MenuEntry } from '../../ui/menu-entry.ts'
import { type UiAction, useActions } from '../actions/registry.ts'
import { entryOf } from './menus.ts'

/** What can be added under each type: these actions need no subject, but take one as the place. */
const ADDS: Partial<Record<AnyRecord['type'], readonly string[]>> = {
  room: ['host.add', 'rack.add'], rack: ['host.add'], host: ['vm.create', 'container.run', 'image.pull'], hypervisor: ['vm.create'],
  vm: ['container.run'], engine: ['container.run', 'image.pull'], image: ['container.run'],
}

/** Actions that change what is there for good come last, behind a line. */
const LAST = /\.(remove|delete|wipe|power-off|kill)$/

/** The context menu of an object: everything its inspector and the canvas offer too. */
export function subjectMenu(subject: AnyRecord): MenuEntry[] {
  const actions = useActions()
  const added = (ADDS[subject.type] ?? []).flatMap((id) => actions.find(id) ?? [])
  const own = actions.about(subject)
  // What can be done now first; what cannot stays, with its reason, below.
  const able = (action: UiAction) => (action.blocked?.(subject) ?? null) === null
  const groups = [
    [...added, ...own.filter((action) => !LAST.test(action.id))].filter(able),
    own.filter((action) => LAST.test(action.id)).filter(able),
    own.filter((action) => !able(action)),
  ].filter((group) => group.length > 0)
  return groups.flatMap((group, at): MenuEntry[] => [
    ...(at > 0 ? [{ kind: 'separator' } as const] : []), ...group.map((action) => entryOf(action, subject)),
  ])
}
