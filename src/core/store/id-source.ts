import type { RecordId, RecordType } from '../../protocol/records.ts'

/** Hands out ids that were never used before in this session: `vm:1`, `vm:2`, … */
export class IdSource {
  private readonly last = new Map<RecordType, number>()

  next<T extends RecordType>(type: T): RecordId<T> {
    const number = (this.last.get(type) ?? 0) + 1
    this.last.set(type, number)
    return `${type}:${number}`
  }
}
