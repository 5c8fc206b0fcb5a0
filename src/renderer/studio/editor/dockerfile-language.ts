import type { languages } from 'monaco-editor/editor'
import { type LineState, START, tokenizeLine } from './dockerfile-tokens.ts'

export const DOCKERFILE = 'dockerfile'

export const dockerfileConfiguration: languages.LanguageConfiguration = {
  comments: { lineComment: '#' },
  brackets: [['{', '}'], ['[', ']'], ['(', ')']],
  autoClosingPairs: [
    { open: '{', close: '}' },
    { open: '[', close: ']' },
    { open: '(', close: ')' },
    { open: '"', close: '"', notIn: ['string'] },
    { open: '\'', close: '\'', notIn: ['string', 'comment'] },
  ],
  surroundingPairs: [{ open: '"', close: '"' }, { open: '\'', close: '\'' }, { open: '(', close: ')' }, { open: '[', close: ']' }],
}

class EditorState implements languages.IState {
  readonly line: LineState

  constructor(line: LineState) {
    this.line = line
  }

  clone(): EditorState {
    return this
  }

  equals(other: languages.IState): boolean {
    return other instanceof EditorState && JSON.stringify(other.line) === JSON.stringify(this.line)
  }
}

const stateOf = (state: languages.IState): LineState => (state instanceof EditorState ? state.line : START)

export const dockerfileTokens: languages.TokensProvider = {
  getInitialState: () => new EditorState(START),
  tokenize: (line, state) => {
    const { tokens, state: next } = tokenizeLine(line, stateOf(state))
    return {
      tokens: tokens.map(({ start, kind }) => ({ startIndex: start, scopes: kind === '' ? '' : `${kind}.dockerfile` })),
      endState: new EditorState(next),
    }
  },
}
