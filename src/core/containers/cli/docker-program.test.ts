import { describe, expect, test } from 'vitest'
import { makeWorld, type TestWorld } from '../engine/testing/make-world.ts'
import { parseOptions } from './options.ts'

interface Shell extends TestWorld {
  /** Types a command at the engine machine's shell; answers what it printed and its exit code. */
  run(command: string, seconds?: number): Promise<{ out: string; code: number }>
  type(text: string): Promise<void>
  screen(): string
}

async function openShell(universe?: string): Promise<Shell> {
  const world = makeWorld(universe)
  const { terminal } = await world.containers.handlers['terminal.open']({ target: world.engine, columns: 200, rows: 50 })
  const screen = (): string => world.containers.streamText(`terminal:${terminal.slice('terminal:'.length)}`)
  const type = async (text: string): Promise<void> => void (await world.containers.handlers['terminal.input']({ terminal, data: text }))
  await world.pass(1)
  let count = 0
  return {
    ...world, type, screen,
    run: async (command, seconds = 60) => {
      const marker = `done-${++count}`
      const before = screen().length
      // The marker is put together by the shell, so that the echo of the command does not look like its end.
      await type(`${command}; echo "=$?=""${marker}"\r`)
      await world.pass(seconds)
      const text = screen().slice(before).replaceAll('\r\n', '\n')
      const match = new RegExp(`=(\\d+)=${marker}\\n`).exec(text)
      if (!match) throw new Error(`no end of ${command}: ${text}`)
      return { out: text.slice(text.indexOf('\n') + 1, match.index), code: Number(match[1]) }
    },
  }
}

describe('docker at the shell of the machine', () => {
  test('run, ps, logs, exec, stop, rm, rmi', async () => {
    const shell = await openShell()
    const first = await shell.run('docker run --rm debian:12-slim echo hi')
    expect(first.out).toMatch(/^Unable to find image 'debian:12-slim' locally\n12-slim: Pulling from library\/debian\n[0-9a-f]{12}: Pulling fs layer\n/)
    expect(first.out).toMatch(/Status: Downloaded newer image for debian:12-slim\nhi\n$/)
    expect(await shell.run('docker ps -a')).toEqual({ out: 'CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n', code: 0 })
    expect((await shell.run('docker run -d --name web -p 8080:80 debian:12-slim sleep infinity')).out).toMatch(/^[0-9a-f]{64}\n$/)
    const ps = (await shell.run('docker ps', 10)).out.split('\n')
    expect(ps[0]).toBe('CONTAINER ID   IMAGE            COMMAND            CREATED          STATUS          PORTS                                     NAMES')
    expect(ps[1]).toMatch(/^[0-9a-f]{12} {3}debian:12-slim {3}"sleep infinity" {3}\d+ seconds ago {3}Up \d+ seconds {3}0\.0\.0\.0:8080->80\/tcp, \[::\]:8080->80\/tcp {3}web$/)
    expect(await shell.run('docker exec web sh -c "echo in; exit 3"')).toEqual({ out: 'in\n', code: 3 })
    expect(await shell.run('docker rm web')).toEqual({
      out: 'Error response from daemon: cannot remove container "web": container is running: stop the container before removing or force remove\n', code: 1 })
    expect(await shell.run('docker stop -t 1 web')).toEqual({ out: 'web\n', code: 0 })
    expect((await shell.run('docker ps -a --filter status=exited')).out).toContain('Exited (137)')
    expect(await shell.run('docker rm web')).toEqual({ out: 'web\n', code: 0 })
    expect((await shell.run('docker rmi debian:12-slim')).out).toMatch(/^Untagged: debian:12-slim\nUntagged: debian@sha256:[0-9a-f]{64}\nDeleted: sha256:[0-9a-f]{64}\nDeleted: sha256:[0-9a-f]{64}\n/)
    expect((await shell.run('docker images')).out).toBe('REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n')
  })

  test('cp in both directions, by the rules for files and folders', async () => {
    const shell = await openShell()
    await shell.pull('debian:12-slim')
    await shell.run('docker run -d --name web debian:12-slim sleep infinity; mkdir -p tree/sub; echo one > tree/sub/file; echo two > two; chmod 755 two')
    expect(await shell.run('docker cp two web:/tmp')).toEqual({ out: 'Successfully copied 2.05kB to web:/tmp\n', code: 0 })
    expect((await shell.run('docker exec web ls -l /tmp/two')).out).toMatch(/^-rwxr-xr-x 1 root root 4 /)
    await shell.run('docker cp tree web:/new && docker cp tree web:/new && docker cp tree/. web:/srv')
    expect((await shell.run('docker exec web cat /new/sub/file /new/tree/sub/file /srv/sub/file')).out).toBe('one\none\none\n')
    await shell.run('docker stop -t 0 web; docker cp web:/new/sub ./back; docker cp web:/tmp/two renamed')
    expect((await shell.run('cat back/file renamed')).out).toBe('one\ntwo\n')
    expect(await shell.run('docker cp web:/nope .')).toEqual({ out: 'Error response from daemon: Could not find the file /nope in container web\n', code: 1 })
    expect(await shell.run('docker cp two web:/no/where')).toEqual({ out: 'Error response from daemon: Could not find the file /no in container web\n', code: 1 })
    expect((await shell.run('docker cp two renamed')).out).toBe('must specify at least one container source\n')
    expect((await shell.run('docker cp tree web:/tmp/two')).out).toBe('cannot copy directory\n')
  })

  test('stats and inspect --format', async () => {
    const shell = await openShell()
    await shell.pull('debian:12-slim')
    await shell.run('docker run -d --name idle debian:12-slim sleep infinity; docker run -d --name busy debian:12-slim sh -c "while :; do :; done"', 1)
    const lines = (await shell.run('docker stats --no-stream; docker kill busy', 2)).out.split('\n')
    expect(lines[0]).toMatch(/^CONTAINER ID +NAME +CPU % +MEM USAGE \/ LIMIT +MEM % +NET I\/O +BLOCK I\/O +PIDS$/)
    const [busy, idle] = ['busy', 'idle'].map((name) => lines.find((line) => line.includes(name))!.split(/ {2,}/))
    expect(parseFloat(busy![2]!)).toBeGreaterThan(80)
    expect(idle!.slice(2)).toEqual(['0.00%', expect.stringMatching(/^[\d.]+MiB \/ 8GiB$/), expect.stringMatching(/%$/), '-- / --', '-- / --', '1'])
    expect((await shell.run("docker inspect -f '{{.State.Status}} {{.Name}}: {{json .Config.Cmd}} {{.Config.Cmd}}' idle")).out).toBe('running /idle: ["sleep","infinity"] [sleep infinity]\n')
    expect(await shell.run("docker inspect --format '{{.No.Such}}' idle")).toEqual({ out: 'template parsing error: template: :1:2: executing "" at <.No.Such>: map has no entry for key "No"\n', code: 1 })
  })

  test('exit codes 125, 126 and 127, and the words that go with them', async () => {
    const shell = await openShell()
    await shell.pull('debian:12-slim')
    const missing = await shell.run('docker run debian:12-slim nosuch')
    expect(missing.code).toBe(127)
    expect(missing.out).toBe('docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "nosuch": executable file not found in $PATH: unknown\n\nRun \'docker run --help\' for more information\n')
    expect((await shell.run('docker run debian:12-slim /etc/passwd')).code).toBe(126)
    expect((await shell.run('docker run nosuchimage')).code).toBe(125)
    expect((await shell.run('docker run --nosuch x')).out).toMatch(/^unknown flag: --nosuch\n\nUsage: {2}docker run/)
    expect((await shell.run('docker run debian:12-slim sh -c "exit 9"')).code).toBe(9)
    expect(await shell.run('docker logs gone')).toEqual({ out: 'Error response from daemon: No such container: gone\n', code: 1 })
    expect(await shell.run('docker pull nosuchimage')).toEqual({
      out: "Using default tag: latest\nError response from daemon: pull access denied for nosuchimage, repository does not exist or may require 'docker login': denied: requested access to the resource is denied\n", code: 1 })
    expect((await shell.run('docker network ls')).out).toContain('not modelled yet')
    expect((await shell.run('docker nosuch')).out).toBe("docker: unknown command: docker nosuch\n\nRun 'docker --help' for more information\n")
  })

  test('build from a folder on the machine, tag, history, inspect, commit', async () => {
    const shell = await openShell()
    await shell.run('mkdir -p site && printf "FROM debian:12-slim\\nRUN echo made > /made\\nCMD [\\"cat\\", \\"/made\\"]\\n" > site/Dockerfile')
    const built = await shell.run('docker build -t made site', 120)
    expect(built.out).toContain('[2/2] RUN echo made > /made')
    expect(built.code).toBe(0)
    expect((await shell.run('docker run --name one made')).out).toBe('made\n')
    expect((await shell.run('docker history made')).out).toMatch(/^IMAGE +CREATED +CREATED BY +SIZE +COMMENT\n[0-9a-f]{12} .*CMD \["cat" "?/)
    const [inspected] = JSON.parse((await shell.run('docker inspect one')).out) as { Name: string; State: { ExitCode: number; Status: string } }[]
    expect(inspected).toMatchObject({ Name: '/one', State: { ExitCode: 0, Status: 'exited' } })
    expect((await shell.run('docker commit one kept:1')).out).toMatch(/^sha256:[0-9a-f]{64}\n$/)
    expect((await shell.run('docker images -q kept')).out).toMatch(/^[0-9a-f]{12}\n$/)
    expect((await shell.run('docker build nosuchfolder')).out).toBe('ERROR: unable to prepare context: path "nosuchfolder" not found\n')
  })

  test('run -it gives a shell of the container in this terminal', async () => {
    const shell = await openShell()
    await shell.pull('debian:12-slim')
    await shell.type('docker run -it --rm --hostname inner debian:12-slim sh\r')
    await shell.pass(3)
    await shell.type('hostname\r')
    await shell.pass(2)
    expect(shell.screen()).toMatch(/\ninner\r\n/)
    await shell.type('exit 6\r')
    await shell.pass(3)
    const { out } = await shell.run('true')
    expect(out).toBe('')
    expect(shell.store.all('container')).toEqual([])
  })
})

test('interrupting: a build is cancelled; a PID 1 that is deaf loses its client at the third time', async () => {
  const shell = await openShell()
  await shell.pull('debian:12-slim')
  await shell.run('mkdir slow; printf "FROM debian:12-slim\\nRUN sleep 500\\n" > slow/Dockerfile')
  await shell.type('docker build slow\r')
  await shell.pass(10)
  await shell.type('\x03')
  await shell.pass(5)
  expect(shell.screen()).toContain('Canceled: context canceled')
  expect(shell.store.all('build').map(({ state }) => state)).toEqual(['cancelled'])
  await shell.type('docker run --name deaf debian:12-slim sleep 500\r')
  await shell.pass(3)
  await shell.type('\x03\x03\x03')
  await shell.pass(3)
  expect(shell.screen()).toContain('got 3 SIGTERM/SIGINTs, forcefully exiting')
  expect((await shell.run('docker ps -q', 5)).out).toMatch(/^[0-9a-f]{12}\n$/)
})

test('options are read as the client reads them', () => {
  const table = { interactive: ['flag', 'i'], tty: ['flag', 't'], env: ['list', 'e'], name: 'value' } as const
  const options = parseOptions(['-it', '-eA=1', '-e', 'B=2', '--name=x', 'image', '-e', 'C'], table, true)
  expect([options.has('tty'), options.list('env'), options.value('name'), options.operands]).toEqual([true, ['A=1', 'B=2'], 'x', ['image', '-e', 'C']])
  expect(() => parseOptions(['--nope'], table)).toThrow('unknown flag: --nope')
  expect(() => parseOptions(['-x'], table)).toThrow("unknown shorthand flag: 'x' in -x")
  expect(() => parseOptions(['--name'], table)).toThrow('flag needs an argument: --name')
})
