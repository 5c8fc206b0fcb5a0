import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

/** Native or optional parts of bundled libraries that Glasshouse never reaches. */
const neverLoaded = ['@mongodb-js/zstd', 'node-liblzma', 'sql.js', 'quickjs-emscripten', 'bufferutil', 'utf-8-validate', 'cbor-extract']

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
const define = { __APP_VERSION__: JSON.stringify(version) }

/** Everything is bundled: the app ships and needs no node_modules at run time. */
export default defineConfig({
  main: {
    define,
    build: {
      externalizeDeps: false,
      minify: false,
      rolldownOptions: {
        external: neverLoaded,
        input: { index: resolve('src/main/index.ts'), cli: resolve('src/cli/index.ts') },
      },
    },
  },
  preload: {
    define,
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve('src/preload/index.ts') },
        // A sandboxed preload can only be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve('src/renderer'),
    plugins: [vue()],
    worker: { format: 'es' },
    build: { minify: true, rolldownOptions: { input: { index: resolve('src/renderer/index.html') } } },
  },
})
