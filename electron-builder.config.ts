import type { Configuration } from 'electron-builder'

const config: Configuration = {
  appId: 'org.glasshouse.app',
  productName: 'Glasshouse',
  copyright: 'Copyright © 2026 the Glasshouse contributors',
  asar: true,
  npmRebuild: false,
  // Everything is bundled into out/: no node_modules, no source maps.
  files: ['out/**', 'package.json', '!out/.stamp', '!**/*.map', '!node_modules/**'],
  directories: { output: 'dist', buildResources: 'resources/icons' },
  fileAssociations: [{ ext: 'glasshouse', name: 'Glasshouse project', description: 'A virtual datacenter', mimeType: 'application/x-glasshouse', role: 'Editor' }],
  // The packaged program is the app and nothing else: it cannot be turned into a plain Node, debugged or given other code.
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  },
  win: { target: 'nsis' },
  nsis: { oneClick: false, perMachine: false },
  mac: { target: 'dmg', category: 'public.app-category.education', hardenedRuntime: true },
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Education',
    synopsis: 'A virtual datacenter to build, run, open up and break',
    maintainer: 'Glasshouse contributors',
  },
}

export default config
