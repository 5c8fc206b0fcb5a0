import { defineConfig, globalIgnores } from 'eslint/config'
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'
import { layers } from './eslint/layers.mjs'

const containers = 'src/core/containers'
/** Zone: what it may import, beside itself. Mirrors the table in docs/architecture.md. */
const zones = {
  'src/protocol': [],
  resources: [],
  'src/core/base': ['src/protocol'],
  'src/core/simulation': ['src/protocol', 'src/core/base'],
  'src/core/store': ['src/protocol', 'src/core/base', 'src/core/simulation'],
  [containers]: ['src/protocol', 'src/core/base', 'src/core/simulation', 'src/core/store'],
  // The datacenter sees the containers only through the ports of linux-system.ts; its VMs boot on the machine.
  'src/core/datacenter': ['src/protocol', 'src/core/base', 'src/core/simulation', 'src/core/store', 'src/core/machine', 'src/core/hypervisor', `${containers}/runtime/linux-system.ts`],
  [`${containers}/runtime/linux-system.ts`]: ['src/protocol', 'src/core/simulation'],
  // What a run cost is told in the protocol's words.
  'src/core/machine/cpu/costs': ['src/protocol', 'src/core/base'],
  'src/core/machine': ['src/core/base', 'src/core/simulation', 'src/core/store', 'src/core/machine/devices', 'src/core/machine/firmware', 'src/core/machine/cpu/costs'],
  'src/core/machine/firmware': ['src/core/machine', 'resources'],
  // Whoever looks at a machine, or at a program for it, answers in the protocol's words.
  'src/core/machine/assembler': ['src/protocol', 'src/core/base', 'src/core/machine'],
  'src/core/machine/board': ['src/protocol', 'src/core/base', 'src/core/simulation', 'src/core/store', 'src/core/machine'],
  'src/core/machine/history': ['src/protocol', 'src/core/base', 'src/core/machine'],
  'src/core/machine/inspect': ['src/protocol', 'src/core/base', 'src/core/machine'],
  'src/core/machine/desk': ['src/protocol', 'src/core/base', 'src/core/machine'],
  // The guests' sources are files of their own, in real NASM syntax.
  'src/core/machine/guests': ['src/core/base', 'src/core/machine', 'resources'],
  // A device gets a line, a sink and a clock, never the board.
  'src/core/machine/devices': ['src/core/base'],
  // Monitors know the machine; the machine knows nothing of monitors.
  // What products are made of: plain data, without a machine.
  'src/core/hypervisor/products': ['src/protocol', 'src/core/base'],
  'src/core/hypervisor': ['src/protocol', 'src/core/base', 'src/core/simulation', 'src/core/machine'],
  // The guests of the seventeen are files of their own.
  'src/core/hypervisor/classifier': ['src/protocol', 'src/core/base', 'src/core/machine', 'src/core/hypervisor', 'resources'],
  // The RISC-V programs are files of their own, in the syntax of GNU as.
  // Machines side by side: knows the techniques, and the guests that show what goes wrong; its workloads are files of their own.
  'src/core/hypervisor/comparison': ['src/protocol', 'src/core/base', 'src/core/machine', 'src/core/hypervisor', 'src/core/hypervisor/classifier', 'resources'],
  'src/core/hypervisor/cross-isa': ['src/protocol', 'src/core/base', 'src/core/machine', 'src/core/hypervisor', 'resources'],
  'src/core/project': ['src/protocol', 'src/core/base', 'src/core/simulation', 'src/core/store'],
  'src/core/session': ['src/protocol', 'src/core'],
  'src/workers': ['src/protocol', 'src/core'],
  'src/door': ['src/protocol'],
  'src/main': ['src/protocol', 'src/door', 'src/workers'],
  'src/preload': ['src/protocol'],
  'src/server': ['src/protocol', 'src/door', 'src/workers'],
  'src/cli': ['src/protocol', 'src/door', 'src/workers', 'src/server'],
  'src/renderer': ['src/protocol'],
}
zones[containers] = [...zones[containers], `${containers}/runtime/linux-system.ts`, 'resources']

const noAmbientWorld = [
  'error',
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'The core knows only virtual time.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The core knows only virtual time.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'The core draws from Simulation.random.' },
]
const platform = ['electron', 'electron/*', 'vue', 'pinia', 'node:*', 'ws', 'fs', 'path', 'crypto']

export default defineConfig(
  globalIgnores(['**/*.d.mts', 'out/', 'dist/', 'coverage/', 'test-results/', 'node_modules/', '.cache/']),
  ts.configs.recommendedTypeChecked,
  vue.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue,mjs}'],
    languageOptions: {
      parserOptions: { parser: ts.parser, project: ['./tsconfig.core.json', './tsconfig.node.json', './tsconfig.web.json', './tsconfig.test.json'], extraFileExtensions: ['.vue'], tsconfigRootDir: import.meta.dirname },
    },
    plugins: { house: { rules: { layers } } },
    rules: {
      'house/layers': ['error', { root: import.meta.dirname, zones }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/attributes-order': 'off',
      'vue/require-default-prop': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/multiline-html-element-content-newline': 'off',
    },
  },
  { files: ['src/core/**', 'src/protocol/**'], ignores: ['**/*.test.ts', '**/testing/**'], rules: { 'no-restricted-imports': ['error', { patterns: platform }], 'no-restricted-syntax': noAmbientWorld } },
  { files: ['src/renderer/**'], ignores: ['**/*.test.ts'], rules: { 'no-restricted-imports': ['error', { patterns: ['electron', 'electron/*', 'node:*'] }] } },
  { files: ['src/preload/**'], rules: { 'no-restricted-imports': ['error', { patterns: ['node:*'] }] } },
  { files: ['**/*.test.ts', '**/testing/**', 'e2e/**', 'bench/**'], rules: { 'house/layers': 'off', 'max-lines-per-function': 'off', 'no-restricted-syntax': 'off', 'no-restricted-imports': 'off', '@typescript-eslint/unbound-method': 'off' } },
  { files: ['**/*.mjs'], extends: [ts.configs.disableTypeChecked], languageOptions: { parserOptions: { project: false } } },
)
