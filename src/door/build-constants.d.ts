/** package.json's version; electron.vite.config.ts fills it in. */
declare const __APP_VERSION__: string
