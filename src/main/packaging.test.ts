import { expect, test } from 'vitest'
import config from '../../electron-builder.config.ts'
import { PROJECT_ENDING } from './file-argument.ts'

test('the packaged program is the app and nothing else', () => {
  expect(config.electronFuses).toMatchObject({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
  })
  expect(config.asar).toBe(true)
  expect(config.files).toEqual(expect.arrayContaining(['out/**', 'package.json', '!node_modules/**', '!**/*.map']))
})

test('project files open with it, and each system has its installers', () => {
  expect(config.fileAssociations).toMatchObject([{ ext: PROJECT_ENDING }])
  expect([config.win?.target, config.mac?.target, config.linux?.target]).toEqual(['nsis', 'dmg', ['AppImage', 'deb']])
})
