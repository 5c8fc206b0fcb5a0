import { describe, expect, test } from 'vitest'
import { TestMachine } from '../runtime/testing/test-machine.ts'

/** The RUN lines of the course's Dockerfile. */
const COURSE = [
  'apt-get update', 'apt-get install -y python-software-properties', 'add-apt-repository -y ppa:webupd8team/java', 'apt-get update',
  'echo oracle-java7-installer shared/accepted-oracle-license-v1-1 select true | sudo /bin/debconf-set-selections', 'apt-get -y install oracle-java7-installer',
]

function precise(universe: string): TestMachine {
  const machine = new TestMachine({ world: { universe: () => universe } })
  const lines = ['precise', 'precise-updates', 'precise-security'].flatMap((suite) => ['main restricted', 'universe'].map((parts) => `deb http://archive.ubuntu.com/ubuntu/ ${suite} ${parts}\ndeb-src http://archive.ubuntu.com/ubuntu/ ${suite} ${parts}\n`))
  machine.root.makeDirectory('/etc/apt')
  machine.write('/etc/apt/sources.list', lines.join(''))
  return machine
}

async function runCourse(universe: string): Promise<{ readonly machine: TestMachine; readonly failedAt: number; readonly output: string; readonly code: number }> {
  const machine = precise(universe)
  for (const [index, line] of COURSE.entries()) {
    const { stdout, stderr, status } = await machine.sh(line)
    if (status.code !== 0) return { machine, failedAt: index, output: stdout + stderr, code: status.code }
  }
  return { machine, failedAt: -1, output: '', code: 0 }
}

describe("the course's Dockerfile, by the date of the package universe", () => {
  test('2014: every line succeeds and Java is there', async () => {
    const { machine, failedAt, output } = await runCourse('2014-10-01')
    expect(output).toBe('')
    expect(failedAt).toBe(-1)
    expect((await machine.sh('ls /usr/lib/jvm/java-7-oracle/bin/java; dpkg -l oracle-java7-installer | tail -1')).stdout).toMatch(/bin\/java\nii {2}oracle-java7-installer/)
  })

  test('2018: the installer cannot download Java any more', async () => {
    const { failedAt, output, code } = await runCourse('2018-05-01')
    expect([failedAt, code]).toEqual([5, 100])
    expect(output).toMatch(/404 Not Found[\s\S]*Oracle JDK 7 is NOT installed/)
    expect(output).toContain('subprocess installed post-installation script returned error exit status 1')
    expect(output).toContain('E: Sub-process /usr/bin/dpkg returned an error code (1)')
  })

  test('2020: the PPA is empty', async () => {
    const { failedAt, output } = await runCourse('2020-01-01')
    expect(failedAt).toBe(5)
    expect(output).toContain('E: Unable to locate package oracle-java7-installer')
  })

  test('today: the archive has moved', async () => {
    const { failedAt, output, code } = await runCourse('2026-11-22')
    expect([failedAt, code]).toEqual([0, 100])
    expect(output).toContain('W: Failed to fetch http://archive.ubuntu.com/ubuntu/dists/precise/main/binary-amd64/Packages  404  Not Found [IP: ')
    expect(output).toContain('E: Some index files failed to download. They have been ignored, or old ones used instead.')
  })

  test('the layers have about the sizes of the real ones', async () => {
    const machine = precise('2014-10-01')
    const used = async (): Promise<number> => Number((await machine.sh('du -s -b /')).stdout.split('\t')[0])
    const sizes: number[] = []
    for (const line of COURSE) {
      const before = await used()
      await machine.sh(line)
      sizes.push(Math.round(((await used()) - before) / 1e5) / 10)
    }
    expect(sizes[0]).toBeGreaterThan(20)
    expect(sizes[0]).toBeLessThan(23)
    expect(sizes[1]).toBeGreaterThan(29)
    expect(sizes[1]).toBeLessThan(35)
    expect(sizes[5]).toBeGreaterThan(470)
    expect(sizes[5]).toBeLessThan(505)
  })
})

describe('apt', () => {
  test('knows no package before update, and says so as apt does', async () => {
    const { stderr, status } = await precise('2014-10-01').sh('apt-get install -y curl')
    expect(stderr).toBe('E: Unable to locate package curl\n')
    expect(status.code).toBe(100)
  })

  test('without -y and without an answer it aborts', async () => {
    const { stdout, status } = await precise('2014-10-01').sh('apt-get update >/dev/null; apt-get install git')
    expect(stdout).toMatch(/Do you want to continue\? \[Y\/n\] Abort\.\n$/)
    expect(status.code).toBe(1)
  })

  test('a program is there only after its package, and recommends can be left out', async () => {
    const machine = new TestMachine({ world: { universe: () => '2026-11-22' } })
    machine.root.makeDirectory('/etc/apt')
    machine.write('/etc/apt/sources.list', 'deb http://deb.debian.org/debian bookworm main\n')
    expect((await machine.sh('which git')).status.code).toBe(1)
    const installed = await machine.sh('apt-get update && apt-get install -y --no-install-recommends git && which git && dpkg -s git')
    expect(installed.stdout).toContain('/usr/bin/git\n')
    expect(installed.stdout).not.toContain('openssh-client')
    expect(installed.stdout).toContain('Version: 1:2.39.5-0+deb12u2')
  })
})
