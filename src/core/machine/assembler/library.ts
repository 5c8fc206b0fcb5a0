import { lexSource } from './lexer.ts'

/** What every program can use without asking for it: structures and alignment as macros (NASM manual 5.9, 5.11). */
const SOURCE = `
%define __?NASM_MAJOR?__ 2
%define __?NASM_MINOR?__ 16
%define __?OUTPUT_FORMAT?__ bin
%define __OUTPUT_FORMAT__ bin
%define __NASM_MAJOR__ 2
%define __NASM_MINOR__ 16
%imacro struc 1-2 0
  %push struc
  %define %$structure %1
  %define %$size %1_size
  [absolute %2]
%1:
%endmacro
%imacro endstruc 0
  %$size equ ($-%$structure)
  %pop struc
  [restore]
%endmacro
%imacro istruc 1
  %push istruc
  %define %$structure %1
  %define %$size %1_size
%$begin:
%endmacro
%imacro at 1-2+
  times (%1-%$structure)-($-%$begin) db 0
  %2
%endmacro
%imacro iend 0
  times %$size-($-%$begin) db 0
  %pop istruc
%endmacro
%imacro align 1-2+ nop
  sectalign %1
  times (((%1) - (($-$$) % (%1))) % (%1)) %2
%endmacro
%imacro alignb 1-2+ resb 1
  sectalign %1
  times (((%1) - (($-$$) % (%1))) % (%1)) %2
%endmacro
`

export const LIBRARY = lexSource(SOURCE).map((line) => line.map((token) => ({ ...token, line: 0 })))
