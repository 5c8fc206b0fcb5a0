export function electronProgram(): string | null
export function findElectron(options?: { timeoutMs?: number }): Promise<{ program?: string; reason?: string }>
