import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The checkout's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Runs a program in the checkout. Resolves with its exit code and what it printed; with `show` it prints as it goes (to
 * standard error, so that standard output stays for results).
 */
export function run(command, args, { show = false, env = {}, input = 'ignore', timeoutMs } = {}) {
  return new Promise((done) => {
    // Only npm is a script there, which no longer starts without a shell.
    const shell = process.platform === 'win32' && command === 'npm'
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: [input, 'pipe', 'pipe'], shell, timeout: timeoutMs })
    let output = ''
    const take = (chunk) => {
      output += chunk
      if (show) process.stderr.write(chunk)
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    child.once('error', (error) => done({ code: 127, output: `${output}${error.message}\n` }))
    child.once('close', (code, signal) => done({ code: code ?? 1, output: signal ? `${output}ended by ${signal}\n` : output }))
  })
}

/** A tool of node_modules, run by this very Node. */
export const runTool = (script, args, options) => run(process.execPath, [`node_modules/${script}`, ...args], options)

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`
