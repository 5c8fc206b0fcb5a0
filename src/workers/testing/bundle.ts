import { basename, join } from 'node:path'
import { build, type Plugin } from 'vite'

/** Builds one entry as the app's build does, into `folder`; answers the path of the script, for a process or thread of its own. */
export async function bundle(entry: string, folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    plugins: [nodeWorkers],
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

/** `import worker from './x.ts?nodeWorker'`: a script of its own and a function that starts it, as electron-vite makes them. */
const nodeWorkers: Plugin = {
  name: 'node-workers',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (!source.endsWith('?nodeWorker')) return null
    const resolved = await this.resolve(source.replace('?nodeWorker', ''), importer)
    return resolved && `${resolved.id}?nodeWorker`
  },
  load(id) {
    if (!id.endsWith('?nodeWorker')) return null
    const path = id.replace('?nodeWorker', '')
    const fileName = basename(path).replace('.ts', '.mjs')
    this.emitFile({ type: 'chunk', id: path, fileName })
    // The address is put together at run time, so that nobody takes it for an asset.
    return `import { Worker } from 'node:worker_threads'
export default (options) => new Worker(new URL(['.', '${fileName}'].join('/'), import.meta.url), options)`
  },
}
