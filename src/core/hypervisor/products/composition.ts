import type { PartKind, PartMode, PartService, StructurePart } from '../../../protocol/structure.ts'
import type { RecordId, VmRecord } from '../../../protocol/records.ts'

export type Part = StructurePart

/** What stands on a host, as far as its structure follows from it. */
export interface HostPlan {
  readonly id: RecordId<'host'>
  readonly processor: string
  readonly os: { readonly name: string; readonly family: 'linux' | 'windows' | 'macos' } | null
  readonly nics: readonly { readonly name: string; readonly model: string }[]
  readonly disks: readonly { readonly name: string; readonly kind: 'hdd' | 'ssd' | 'nvme' }[]
  readonly hypervisors: readonly { readonly id: RecordId<'hypervisor'>; readonly product: string }[]
  /** Those that run, in order. */
  readonly vms: readonly VmPlan[]
}

export interface VmPlan extends Pick<VmRecord, 'id' | 'name' | 'hypervisor' | 'role' | 'technique' | 'vcpus' | 'hasDisk' | 'hasNic'> {
  /** Its kernel, in words. */
  readonly system: string
}

interface PartMore {
  readonly mode?: PartMode
  readonly needs?: Part['needs']
  readonly record?: RecordId
}

export function part(id: string, kind: PartKind, name: string, container: string | null, { mode, needs, record }: PartMore = {}): Part {
  return { id, kind, name, in: container, mode: mode ?? null, needs: needs ?? {}, record: record ?? null }
}

/**
 * The parts of a host and how they stand in each other. What a request passes, what a crash takes along and what must be trusted follow from this alone.
 * Invariants, checked when it is made: ids are unique, containers and needed parts exist, containment has one root and no circle.
 */
export class Composition {
  readonly parts: readonly Part[]
  private readonly byId: ReadonlyMap<string, Part>
  private readonly children = new Map<string, Part[]>()

  constructor(parts: readonly Part[]) {
    this.parts = parts
    this.byId = new Map(parts.map((each) => [each.id, each]))
    if (this.byId.size !== parts.length) throw new Error('two parts have the same id')
    for (const each of parts) {
      for (const needed of Object.values(each.needs)) this.get(needed)
      if (each.in === null) continue
      this.get(each.in)
      const siblings = this.children.get(each.in)
      if (siblings) siblings.push(each)
      else this.children.set(each.in, [each])
    }
    const roots = parts.filter((each) => each.in === null)
    if (roots.length !== 1 || this.within(roots[0]!.id).length !== parts.length) throw new Error('the parts are not in one root')
  }

  find(id: string): Part | undefined {
    return this.byId.get(id)
  }

  /** Throws for an unknown id: a part may only name what is there. */
  get(id: string): Part {
    const found = this.byId.get(id)
    if (!found) throw new Error(`there is no part ${id}`)
    return found
  }

  childrenOf(id: string): readonly Part[] {
    return this.children.get(id) ?? []
  }

  /** A part and all that is in it, itself first. */
  within(id: string): Part[] {
    const found = [this.get(id)]
    for (let at = 0; at < found.length; at++) found.push(...this.childrenOf(found[at]!.id))
    return found
  }

  /** The protection domain whose code, memory and fate a part shares: itself, or the nearest container that is one. */
  spaceOf(id: string): Part {
    let each = this.get(id)
    while (each.mode === null) each = this.get(each.in!)
    return each
  }

  isWithin(id: string, container: string): boolean {
    for (let each: Part | undefined = this.get(id); each; each = each.in === null ? undefined : this.get(each.in)) if (each.id === container) return true
    return false
  }
}

/** The services whose absence makes a part wait. */
export const REQUESTED: readonly Exclude<PartService, 'run'>[] = ['block', 'network', 'control']
