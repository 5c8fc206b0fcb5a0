/** One shell variable; arrays keep their elements by index or, associative ones, by key. */
export interface Variable {
  value: string | undefined
  exported: boolean
  readonly: boolean
  integer?: boolean
  elements?: Map<string, string>
  associative?: boolean
}

export class ReadonlyVariable extends Error {
  override readonly name = 'ReadonlyVariable'
  readonly variable: string

  constructor(variable: string) {
    super(`${variable}: readonly variable`)
    this.variable = variable
  }
}

/** A shell's variables, with function-local ones shadowing outer ones until their function returns. */
export class Variables {
  private readonly table: Map<string, Variable>
  private readonly shadows: Map<string, Variable | undefined>[] = []

  constructor(table: Map<string, Variable> = new Map()) {
    this.table = table
  }

  /** A subshell's copy. */
  clone(): Variables {
    const copied = [...this.table].map(([name, variable]): [string, Variable] => [
      name, { ...variable, ...(variable.elements && { elements: new Map(variable.elements) }) },
    ])
    return new Variables(new Map(copied))
  }

  find(name: string): Variable | undefined {
    return this.table.get(name)
  }

  get(name: string): string | undefined {
    const variable = this.table.get(name)
    return variable?.elements ? variable.elements.get('0') : variable?.value
  }

  set(name: string, value: string): void {
    const variable = this.declare(name)
    if (variable.readonly) throw new ReadonlyVariable(name)
    if (variable.elements) variable.elements.set('0', value)
    else variable.value = value
  }

  setElement(name: string, key: string, value: string): void {
    const variable = this.declare(name)
    if (variable.readonly) throw new ReadonlyVariable(name)
    variable.elements ??= new Map(variable.value === undefined ? [] : [['0', variable.value]])
    variable.value = undefined
    variable.elements.set(key, value)
  }

  setArray(name: string, values: readonly (readonly [string, string])[]): void {
    const variable = this.declare(name)
    if (variable.readonly) throw new ReadonlyVariable(name)
    variable.value = undefined
    variable.elements = new Map(values)
  }

  /** The elements of an array in order of index (a plain variable is an array of one). */
  elements(name: string): [string, string][] {
    const variable = this.table.get(name)
    if (!variable) return []
    if (!variable.elements) return variable.value === undefined ? [] : [['0', variable.value]]
    const entries = [...variable.elements]
    return variable.associative ? entries : entries.sort((a, b) => Number(a[0]) - Number(b[0]))
  }

  /** The variable, made unset if it was not there. */
  declare(name: string): Variable {
    let variable = this.table.get(name)
    if (!variable) {
      variable = { value: undefined, exported: false, readonly: false }
      this.table.set(name, variable)
    }
    return variable
  }

  unset(name: string): void {
    if (this.table.get(name)?.readonly) throw new ReadonlyVariable(name)
    this.table.delete(name)
  }

  unsetElement(name: string, key: string): void {
    this.table.get(name)?.elements?.delete(key)
  }

  names(): string[] {
    return [...this.table].filter(([, variable]) => variable.value !== undefined || variable.elements).map(([name]) => name).sort()
  }

  /** The environment for a program. */
  exported(): Map<string, string> {
    const env = new Map<string, string>()
    for (const [name, variable] of this.table) if (variable.exported && variable.value !== undefined) env.set(name, variable.value)
    return env
  }

  get inFunction(): boolean {
    return this.shadows.length > 0
  }

  enterFunction(): void {
    this.shadows.push(new Map())
  }

  leaveFunction(): void {
    for (const [name, outer] of this.shadows.pop() ?? []) {
      if (outer) this.table.set(name, outer)
      else this.table.delete(name)
    }
  }

  /** Makes a name local to the running function; dash keeps the outer value, bash starts unset. */
  makeLocal(name: string, keepValue: boolean): void {
    const frame = this.shadows.at(-1)
    if (!frame || frame.has(name)) return
    const outer = this.table.get(name)
    frame.set(name, outer)
    this.table.set(name, { value: keepValue ? outer?.value : undefined, exported: outer?.exported ?? false, readonly: false })
  }
}
