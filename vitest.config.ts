import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    restoreMocks: true,
    // One test file after the other in the same process: modules are loaded, and hot loops compiled, once.
    isolate: false,
    testTimeout: 60_000,
  },
})
