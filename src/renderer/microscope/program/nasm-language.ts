import type { languages } from 'monaco-editor/editor'
import { monaco } from '../../studio/editor/monaco.ts'

export const NASM = 'nasm'

const REGISTERS = 'e?(?:ax|bx|cx|dx|si|di|bp|sp)|[abcd][lh]|[cdefgs]s|cr[0-8]|dr[0-7]'
const DIRECTIVES = 'bits|org|section|segment|global|extern|align|alignb|absolute|equ|times|istruc|iend|at|struc|endstruc|default|use32|use16|cpu|incbin|d[bwdqt]|res[bwdqt]'
const SIZES = 'byte|word|dword|qword|short|near|far|ptr|strict|nosplit'

/** Colours for NASM's syntax. A word at the place of a mnemonic is one; whether there is such an instruction, the assembler says. */
export const nasmTokens: languages.IMonarchLanguage = {
  ignoreCase: true,
  defaultToken: '',
  tokenizer: {
    root: [
      [/;.*$/, 'comment'],
      [/^\s*%[a-z]+/, 'keyword'],
      [/%%[\w$#@~.?]+|%[0-9$+-]+|%\{[^}]*\}|%![\w]+/, 'variable'],
      [/^\s*[.\w$#@~?]+(?=\s*:)/, 'type'],
      [/^[.a-z_?][\w.$#@~?]*(?=\s+(?:equ|d[bwdqt]|res[bwdqt]|times)\b)/, 'type'],
      [/'[^']*'?|"[^"]*"?|`(?:[^`\\]|\\.)*`?/, 'string'],
      [/\b(?:0x[0-9a-f_]+|[0-9][0-9a-f_]*h|0b[01_]+|[01_]+b|[0-9][0-9_]*)\b/, 'number'],
      [new RegExp(`\\b(?:${REGISTERS})\\b`), 'variable'],
      [new RegExp(`\\b(?:${DIRECTIVES}|${SIZES})\\b`), 'tag'],
      [/^\s+[a-z][a-z0-9]*/, 'keyword'],
      [/:\s*[a-z][a-z0-9]*/, 'keyword'],
      [/[.\w$#@~?]+/, ''],
      [/[[\](),+\-*/|&^~<>=]/, 'delimiter'],
    ],
  },
}

const configuration: languages.LanguageConfiguration = {
  comments: { lineComment: ';' },
  brackets: [['[', ']'], ['(', ')']],
  autoClosingPairs: [{ open: '[', close: ']' }, { open: '(', close: ')' }, { open: '\'', close: '\'', notIn: ['string', 'comment'] }, { open: '"', close: '"', notIn: ['string', 'comment'] }],
}

/** Makes the language known to the editor, once. */
export function registerNasm(): void {
  if (monaco.languages.getLanguages().some(({ id }) => id === NASM)) return
  monaco.languages.register({ id: NASM })
  monaco.languages.setLanguageConfiguration(NASM, configuration)
  monaco.languages.setMonarchTokensProvider(NASM, nasmTokens)
}
