export type Expression =
  | { readonly type: 'constant'; readonly value: bigint | number | string | boolean | null }
  | { readonly type: 'fstring'; readonly parts: readonly (string | { readonly value: Expression; readonly format: string; readonly repr: boolean })[] }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'list' | 'tuple' | 'set'; readonly items: readonly Expression[] }
  | { readonly type: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly type: 'comprehension'; readonly kind: 'list' | 'set' | 'dict' | 'generator'; readonly item: Expression; readonly value?: Expression; readonly loops: readonly Loop[] }
  | { readonly type: 'unary'; readonly operator: string; readonly operand: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'compare'; readonly first: Expression; readonly rest: readonly (readonly [string, Expression])[] }
  | { readonly type: 'if'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly type: 'lambda'; readonly parameters: readonly Parameter[]; readonly body: Expression }
  | { readonly type: 'call'; readonly target: Expression; readonly args: readonly Argument[]; readonly line: number }
  | { readonly type: 'attribute'; readonly target: Expression; readonly name: string; readonly line: number }
  | { readonly type: 'index'; readonly target: Expression; readonly index: Expression; readonly line: number }
  | { readonly type: 'slice'; readonly from: Expression | null; readonly to: Expression | null; readonly step: Expression | null }

export interface Loop {
  readonly target: Expression
  readonly source: Expression
  readonly conditions: readonly Expression[]
}

export interface Parameter {
  readonly name: string
  readonly fallback: Expression | null
  readonly star: boolean
}

export interface Argument {
  readonly name: string | null
  readonly star: boolean
  readonly value: Expression
}

export type Statement = { readonly line: number } & (
  | { readonly type: 'expression'; readonly value: Expression }
  | { readonly type: 'assign'; readonly targets: readonly Expression[]; readonly value: Expression }
  | { readonly type: 'augment'; readonly target: Expression; readonly operator: string; readonly value: Expression }
  | { readonly type: 'if'; readonly branches: readonly (readonly [Expression, readonly Statement[]])[]; readonly otherwise: readonly Statement[] }
  | { readonly type: 'while'; readonly test: Expression; readonly body: readonly Statement[] }
  | { readonly type: 'for'; readonly target: Expression; readonly source: Expression; readonly body: readonly Statement[] }
  | { readonly type: 'def'; readonly name: string; readonly parameters: readonly Parameter[]; readonly body: readonly Statement[] }
  | { readonly type: 'return' | 'raise'; readonly value: Expression | null }
  | { readonly type: 'import'; readonly module: string; readonly alias: string; readonly names: readonly (readonly [string, string])[] | null }
  | { readonly type: 'try'; readonly body: readonly Statement[]; readonly handlers: readonly { readonly kinds: readonly string[]; readonly alias: string | null; readonly body: readonly Statement[] }[]; readonly last: readonly Statement[] }
  | { readonly type: 'global'; readonly names: readonly string[] }
  | { readonly type: 'pass' | 'break' | 'continue' }
)
