import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './steps.mjs'

/** A TypeScript module as it is shipped: in one file, its constants inlined. @param file relative to the repository. Answers the address of what was built. */
export async function bundle(file) {
  const vite = await import('vite')
  const name = basename(file, '.ts')
  const outDir = join(root, '.cache/bundled', file.replaceAll('/', '-'))
  await vite.build({ configFile: false, logLevel: 'error', build: { ssr: join(root, file), outDir, emptyOutDir: true, minify: false, rollupOptions: { output: { entryFileNames: `${name}.mjs` } } } })
  return pathToFileURL(join(outDir, `${name}.mjs`)).href
}

/** The module itself. */
export const bundled = async (file) => import(await bundle(file))
