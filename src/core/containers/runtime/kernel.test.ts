import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SECOND, MiB } from '../../simulation/units.ts'
import { TestMachine } from './testing/test-machine.ts'

const runFor = (machine: TestMachine, seconds: number): Promise<void> => machine.simulation.runUntil(machine.simulation.now + seconds * SECOND)

describe('signals and PID 1', () => {
  test('TERM to a PID 1 without a handler is ignored; KILL from outside is not', async () => {
    const machine = new TestMachine()
    const started = machine.start(['sleep', '1000'])
    machine.kernel.signal(started.handle.pid, 'TERM')
    await runFor(machine, 1)
    expect(started.status()).toBeUndefined()
    machine.kernel.signal(started.handle.pid, 'KILL')
    await runFor(machine, 1)
    expect(started.status()).toEqual({ code: 137, signal: 'KILL', oomKilled: false })
  })

  test('a shell with a trap ends in order', async () => {
    const machine = new TestMachine()
    const started = machine.start(['sh', '-c', 'trap "echo bye; exit 0" TERM; while true; do sleep 1; done'])
    await runFor(machine, 3)
    machine.kernel.signal(started.handle.pid, 'TERM')
    await runFor(machine, 3)
    expect([started.output(), started.status()?.code]).toEqual(['bye\n', 0])
  })

  test('the namespace goes with its PID 1', async () => {
    const machine = new TestMachine()
    const first = machine.start(['sleep', '1000'])
    const exec = machine.start(['sh', '-c', 'sleep 500 & wait'])
    await runFor(machine, 1)
    expect(machine.kernel.processes(machine.namespace)).toHaveLength(3)
    machine.kernel.signal(first.handle.pid, 'KILL')
    await runFor(machine, 1)
    expect(machine.kernel.processes(machine.namespace)).toEqual([])
    expect(exec.status()?.code).toBe(137)
  })

  test('an orphan nobody waits for stays a zombie', async () => {
    const machine = new TestMachine()
    machine.start(['sleep', '1000'])
    await machine.sh('(sleep 1 & ) ; sleep 0')
    await runFor(machine, 5)
    expect(machine.kernel.processes(machine.namespace).map((process) => process.state)).toContain('zombie')
  })

  test('a busy loop can be killed', async () => {
    const machine = new TestMachine()
    const started = machine.start(['sh', '-c', 'while :; do :; done'])
    await runFor(machine, 0.05)
    machine.kernel.signal(started.handle.pid, 'KILL')
    await runFor(machine, 1)
    expect(started.status()?.code).toBe(137)
  })

  test('a frozen namespace stands still', async () => {
    const machine = new TestMachine()
    const started = machine.start(['sh', '-c', 'sleep 1; echo up'])
    machine.kernel.setFrozen(machine.namespace, true)
    await runFor(machine, 10)
    expect(started.output()).toBe('')
    machine.kernel.setFrozen(machine.namespace, false)
    await runFor(machine, 2)
    expect(started.output()).toBe('up\n')
  })
})

describe('memory', () => {
  test('a process over the limit is killed, and says why', async () => {
    const machine = new TestMachine({ memoryLimit: 64 * MiB })
    const { status } = await machine.run(['tail', '/dev/zero'])
    expect(status).toEqual({ code: 137, signal: 'KILL', oomKilled: true })
  })
})

describe('starting', () => {
  test.each([
    [['nosuch'], 'executable file not found in $PATH', 127], [['/nosuch'], 'stat /nosuch: no such file or directory', 127],
    [['/etc/passwd'], 'permission denied', 126], [['/bin/junk'], 'exec format error', 126],
  ])('%j is refused', (argv, reason, exitCode) => {
    const machine = new TestMachine()
    machine.write('/bin/junk', '\x7fELF', 0o755)
    const result = machine.kernel.spawn({ namespace: machine.namespace, argv, env: { PATH: '/bin' }, cwd: '/', uid: 0, gid: 0, stdin: 'none', stdout: () => undefined, stderr: () => undefined, onExit: () => undefined })
    expect(result).toEqual({ ok: false, reason, exitCode })
  })

  test('a script runs by its first line', async () => {
    const machine = new TestMachine()
    machine.write('/bin/hi', '#!/bin/sh\necho "$0 $1"\n', 0o755)
    expect((await machine.run(['hi', 'x'])).stdout).toBe('/bin/hi x\n')
  })
})

describe('pipes', () => {
  test('an endless writer ends when its reader has enough', async () => {
    expect((await new TestMachine().bash('yes | head -3; echo ${PIPESTATUS[0]}')).stdout).toBe('y\ny\ny\n141\n')
  })

  test('more than a pipe holds arrives whole', async () => {
    expect((await new TestMachine().sh('seq 1 30000 | cat | tail -1')).stdout).toBe('30000\n')
  })
})

describe('a terminal', () => {
  const terminal = { columns: 80, rows: 24 }

  test('edits the line, keeps a history, and Ctrl-C stops the foreground only', async () => {
    const machine = new TestMachine()
    const started = machine.start(['bash'], { stdin: 'open', terminal, env: { PATH: '/bin', HOME: '/root', PS1: '$ ' } })
    const typed = async (keys: string): Promise<void> => {
      started.type(keys)
      await runFor(machine, 1)
    }
    await typed('echo ac\x1b[Db\r')
    expect(started.output()).toContain('\r\nabc\r\n')
    await typed('\x1b[A\r')
    expect(started.output().match(/\r\nabc\r\n/g)).toHaveLength(2)
    await typed('sleep 100\r')
    await typed('\x03')
    await typed('echo $?\r')
    expect(started.output()).toContain('\r\n130\r\n')
    await typed('\x04')
    expect(started.status()?.code).toBe(0)
  })

  test('a program that reads gets whole lines, echoed and erased', async () => {
    const machine = new TestMachine()
    const started = machine.start(['sh', '-c', 'read x; echo "<$x>"'], { stdin: 'open', terminal })
    await runFor(machine, 1)
    started.type('ab\x7fc\r')
    await runFor(machine, 1)
    expect(started.output()).toBe('ab\b \bc\r\n<ac>\r\n')
  })

  test('stty tells its size and stops the echo; without a terminal it refuses', async () => {
    const machine = new TestMachine()
    const started = machine.start(['sh', '-c', 'stty size; stty -echo; read x; stty echo; read y; stty size </dev/null'], { stdin: 'open', terminal })
    await runFor(machine, 1)
    started.type('hidden\r')
    await runFor(machine, 1)
    started.type('seen\r')
    await runFor(machine, 1)
    expect(started.output()).toBe("24 80\r\nseen\r\nstty: 'standard input': Inappropriate ioctl for device\r\n")
    expect(started.status()?.code).toBe(1)
  })
})

test.each(['$(( 4$Q', 'echo $(( X$  4', '$((a$ b))', '$(( "a"$x', '$(( $'])('an arithmetic expression that never ends is an error: %s', async (script) => {
  const machine = new TestMachine()
  const started = machine.start(['sh', '-c', script])
  await runFor(machine, 0.3)
  expect(started.errors()).not.toContain('internal error')
  expect(started.status()?.code).toBe(2)
})

test('no text makes a shell fail in an unexpected way', async () => {
  const words = fc.constantFrom('echo', '$x', '${', '}', '(', ')', '|', '&&', ';', '"', "'", '`', '$(', '<<E', '\n', '>', '2>&1', 'if', 'then', 'fi', 'while', 'do', 'done', 'case', 'esac', '*', '[', ']', '$((', '))', 'x=1', '!', '&', '{', 'f()', '\\', '~')
  await fc.assert(fc.asyncProperty(fc.array(fc.oneof(words, fc.string({ maxLength: 4 })), { maxLength: 12 }), fc.constantFrom('sh', 'bash'), async (parts, shell) => {
    const machine = new TestMachine()
    const started = machine.start([shell, '-c', parts.join(' ')])
    await runFor(machine, 0.3)
    expect(started.errors()).not.toContain('internal error')
  }), { numRuns: 150, seed: 11 })
})
