import { AppWindow } from './pages/app-window.ts'
import { StudioPage } from './pages/studio-page.ts'
import { TerminalPage } from './pages/terminal-page.ts'
import { expect, test, untilConnected } from './support/fixtures.ts'

test('the course: build in 2014, run, see the container under its host, ask it for JAVA_HOME', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  const studio = new StudioPage(app)
  const terminal = new TerminalPage(app)
  await studio.openCourse()
  await expect(app.getByTestId('file-stats')).toHaveText('15 lines (11 sloc) 0.475 kb')
  await glasshouse.setSpeed('×100')

  await studio.setUniverse('2014')
  await studio.buildToTheEnd()
  await expect(studio.result).toContainText('11 layers')
  await studio.showTab('Log')
  await expect(studio.log).toContainText('Oracle JDK 7 installed')
  await expect(studio.log).toContainText('naming to docker.io/library/course:latest done')

  await studio.run.click()
  await glasshouse.fill({ Name: 'lesson' })
  await expect(glasshouse.dialog).toContainText('docker run -dit --name lesson course:latest')
  await glasshouse.submit('Run')
  await app.getByRole('tab', { name: 'Topology' }).click()
  await expect(glasshouse.drawn('lesson')).toHaveText('lesson, container in hadoop, running')
  await expect(glasshouse.row('lesson')).toBeVisible()
  await glasshouse.expectState('lesson', 'running')
  await expect(glasshouse.subject).toHaveText('lesson')

  await glasshouse.inspector.getByRole('button', { name: 'Open a terminal' }).click()
  await terminal.run('echo $JAVA_HOME')
  await expect(terminal.row('/usr/lib/jvm/java-7-oracle')).toBeVisible()
  await terminal.run('ls -d $JAVA_HOME/bin; cat /etc/lsb-release')
  await expect(terminal.row('/usr/lib/jvm/java-7-oracle/bin')).toBeVisible()
  await expect(terminal.row('DISTRIB_RELEASE=12.04')).toBeVisible()
})

test('the same file today stops at line 3, and in 2018 at line 13', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  const studio = new StudioPage(app)
  await studio.openCourse()
  await glasshouse.setSpeed('×1k')

  await studio.setUniverse('Today')
  await studio.build.click()
  await expect(studio.failure).toContainText('Line 3 stopped:')
  await expect(studio.failure).toContainText('exit code: 100')
  await expect(studio.run).toHaveAttribute('aria-disabled', 'true')
  await studio.failure.getByRole('button', { name: 'Show log' }).click()
  await expect(studio.log).toContainText('404')
  await expect(studio.log).toContainText('ERROR: failed to build: failed to solve: process "/bin/sh -c apt-get update" did not complete successfully: exit code: 100')

  await studio.setUniverse('2018')
  await studio.build.click()
  await expect(studio.failure).toContainText('Line 13 stopped:')
  await expect(studio.log).toContainText('download.oracle.com')
  await studio.failure.getByRole('button', { name: 'Go to line 13' }).click()
  await expect(studio.panel).toContainText('Ln 13, Col 1')
})

test('a build goes on over a reload of the tab, its log complete; another is cancelled', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  const studio = new StudioPage(app)
  await studio.openCourse()
  await studio.setUniverse('2014')
  await studio.build.click()
  await expect(studio.log).toContainText('FROM docker.io/library/ubuntu:12.04')
  await expect(studio.cancel).toBeVisible()

  await app.reload()
  await untilConnected(app)
  await app.getByRole('tab', { name: 'Studio' }).click()
  await expect(studio.cancel).toBeVisible()
  await studio.showTab('Log')
  await expect(studio.log).toContainText('FROM docker.io/library/ubuntu:12.04')
  await glasshouse.setSpeed('×100')
  await expect(studio.result).toBeVisible()
  await studio.showTab('Log')
  await expect(studio.log).toContainText('#1 [internal] load build definition from Dockerfile')
  await expect(studio.log).toContainText('exporting layers done')

  await glasshouse.setSpeed('×1')
  await glasshouse.command('Build without the cache')
  await studio.cancel.click()
  await expect(studio.build).toBeVisible()
  await expect(studio.log).toContainText('context canceled')
  await expect(studio.result).toHaveCount(0)
})
