/** Small preferences of this window. Storage may be missing, full or hold an older shape: then the default counts. */
export function readPersisted<T extends object>(key: string, fallback: T): T {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(`glasshouse.${key}`) ?? 'null')
    return stored && typeof stored === 'object' ? { ...fallback, ...stored } : fallback
  } catch {
    return fallback
  }
}

export function writePersisted(key: string, value: object): void {
  try {
    localStorage.setItem(`glasshouse.${key}`, JSON.stringify(value))
  } catch {
    // A preference that cannot be kept is not worth a message.
  }
}

export function forgetPersisted(key: string): void {
  try {
    localStorage.removeItem(`glasshouse.${key}`)
  } catch {
    // As above.
  }
}
