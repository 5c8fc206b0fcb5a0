import { join } from 'node:path'
import { build } from 'vite'

/** Builds one entry as the app's build does, into `folder`; answers the path of the script, for a process or thread of its own. */
export async function bundle(entry: string, folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: {
        external: ['@mongodb-js/zstd', 'node-liblzma', 'sql.js', 'quickjs-emscripten', 'cbor-extract'],
        output: { format: 'es', entryFileNames: 'entry.mjs' },
      },
    },
    ssr: { noExternal: true },
  })
  return join(folder, 'entry.mjs')
}
