import { defineConfig } from '@playwright/test'
import { CHROMIUM_ARGUMENTS, chromiumProgram } from './support/chromium.ts'

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.e2e.ts',
  outputDir: '../.cache/e2e',
  workers: 2,
  fullyParallel: true,
  retries: 0,
  timeout: 90_000,
  forbidOnly: Boolean(process.env['CI']),
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    locale: 'en-US',
    timezoneId: 'UTC',
    // What is checked is where things end, not the way there: colours half-way through a fade are nobody's.
    contextOptions: { reducedMotion: 'reduce' },
    // Recording every step costs a third of the time: `--trace on` where it is wanted.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: chromiumProgram(), args: CHROMIUM_ARGUMENTS },
  },
})
