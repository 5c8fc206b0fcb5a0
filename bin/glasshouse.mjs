#!/usr/bin/env node
import { existsSync } from 'node:fs'

// In a checkout the app may not be built yet, or be older than its sources; an installed one has no sources.
if (existsSync(new URL('../src/cli/index.ts', import.meta.url))) {
  const { ensureBuild, ensureModules, requireNode } = await import('../scripts/lib/setup.mjs')
  requireNode()
  await ensureModules()
  await ensureBuild()
}
await import('../out/main/cli.js')
