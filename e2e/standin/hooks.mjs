const standin = new URL('./electron.mjs', import.meta.url).href

/** Whoever imports Electron gets the stand-in. */
export const resolve = (specifier, context, next) => (specifier === 'electron' ? { url: standin, shortCircuit: true } : next(specifier, context))
