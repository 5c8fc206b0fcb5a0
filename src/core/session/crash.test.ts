import { expect, test } from 'vitest'
import type { CommandParams } from '../../protocol/commands.ts'
import type { RecordId } from '../../protocol/records.ts'
import { MINUTE, SECOND } from '../simulation/units.ts'
import type { Session } from './session.ts'
import { makeSession, must } from './testing/make-session.ts'

/** nginx in Docker in a VM on Xen, and Domain-0's driver for the network card. */
async function site(): Promise<{ session: Session; vm: RecordId<'vm'>; container: RecordId<'container'>; crash: CommandParams<'host.crash'>; fetch: () => Promise<unknown> }> {
  const session = makeSession()
  await must(session, 'rack.add', {})
  const { host } = await must<{ host: RecordId<'host'> }>(session, 'host.add', { model: 'rack-2017' })
  const { hypervisor } = await must<{ hypervisor: RecordId<'hypervisor'> }>(session, 'host.install-hypervisor', { host, product: 'xen' })
  const { vm } = await must<{ vm: RecordId<'vm'> }>(session, 'vm.create', { hypervisor, template: 'debian-12' })
  await must(session, 'vm.start', { vm })
  await session.advanceFully(MINUTE)
  const { engine } = await must<{ engine: RecordId<'engine'> }>(session, 'engine.install', { owner: vm })
  await must(session, 'image.pull', { engine, reference: 'nginx:latest' })
  await session.advanceFully(20 * MINUTE)
  const { container } = await must<{ container: RecordId<'container'> }>(session, 'container.run', { engine, image: 'nginx', ports: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] })
  await session.advanceFully(21 * MINUTE)
  const domain = session.store.all('vm').find(({ role }) => role === 'privileged-domain')!
  const fetch = async (): Promise<unknown> => {
    const answer = session.execute({ name: 'network.fetch', params: { engine, port: 8080, path: '/' } })
    await session.advanceFully(session.now + SECOND)
    return answer
  }
  return { session, vm, container, crash: { host, part: `${domain.id}/driver.nic0` }, fetch }
}

test('Domain-0 is gone: a container computes on, its page cannot be reached until the driver domain is back', async () => {
  const { session, vm, container, crash, fetch } = await site()
  expect(await fetch()).toMatchObject({ ok: true, value: { status: 200 } })
  await must(session, 'host.crash', crash)
  expect(session.store.require(container).state).toBe('running')
  expect(session.store.require(vm)).toMatchObject({ state: 'running', stalled: ['block', 'network'] })
  expect(await fetch()).toMatchObject({ ok: false, error: { message: expect.stringContaining('Connection timed out') as string } })
  await session.advanceFully(session.now + 20 * SECOND)
  expect(await fetch()).toMatchObject({ ok: true, value: { status: 200 } })
})
