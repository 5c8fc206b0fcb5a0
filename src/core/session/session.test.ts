import { describe, expect, test } from 'vitest'
import { CLOCK_ID, PROJECT_ID } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import { MINUTE, SECOND } from '../simulation/units.ts'
import type { Area, Ground } from './area.ts'
import { makeSession, makeVmSession, must } from './testing/make-session.ts'

/** An area with a few commands whose behaviour a test decides. */
const area = (make: (ground: Ground) => Area['handlers']) => (ground: Ground): Area[] => [{ handlers: make(ground) }]

describe('execute', () => {
  test.each([
    ['nothing.known', {}, 'There is no command'],
    ['toString', {}, 'There is no command'],
    ['rack.remove', { rack: 'vm:1' }, 'rack.remove, rack: not the id of a rack'],
    ['vm.create', { hypervisor: 'hypervisor:1', template: 'x', vcpus: 0.5 }, 'vcpus'],
    ['rack.add', null, 'rack.add'],
  ])('refuses %s %j at the door and does not journal it', async (name, params, message) => {
    const session = makeSession()
    const outcome = await session.execute({ name, params })
    expect(outcome).toMatchObject({ ok: false, error: { code: 'invalid' } })
    expect(outcome.ok || outcome.error.message).toContain(message)
    expect(session.journal).toEqual([])
  })

  test('says what cannot be done yet', async () => {
    expect(await makeSession('x', () => []).execute({ name: 'rack.add', params: {} })).toMatchObject({ ok: false, error: { code: 'unsupported' } })
  })

  test('an edit with a bug is answered as one and leaves no trace in the records', async () => {
    const session = makeSession('x', area(({ store }) => ({
      'rack.add': () => {
        store.put({ id: 'rack:1', type: 'rack', room: 'room:main', name: 'half', order: 0 })
        throw new TypeError('oops')
      },
    })))
    const bugs: unknown[] = []
    session.onBug.on((bug) => bugs.push(bug))
    const hash = session.hash()
    expect(await session.execute({ name: 'rack.add', params: {} })).toMatchObject({ ok: false, error: { code: 'internal', message: expect.stringContaining('oops') as string } })
    expect(session.hash()).toBe(hash)
    expect(bugs).toHaveLength(1)
    expect(session.journal).toMatchObject([{ name: 'rack.add', refused: 'internal' }])
  })

  test('runs one command at a time, in the order in which they came', async () => {
    const order: string[] = []
    const session = makeSession('x', area(({ simulation }) => ({
      'vm.start': async ({ vm }) => {
        order.push(`${vm} begins`)
        await simulation.external(() => new Promise((resolve) => setTimeout(resolve, vm === 'vm:1' ? 5 : 0)))
        order.push(`${vm} ends`)
        return null
      },
    })))
    await Promise.all(['vm:1', 'vm:2'].map((vm) => session.execute({ name: 'vm.start', params: { vm } })))
    expect(order).toEqual(['vm:1 begins', 'vm:1 ends', 'vm:2 begins', 'vm:2 ends'])
  })

  test('an answer that waits for simulated time holds up nobody', async () => {
    const session = makeSession('x', area(({ simulation }) => ({
      'vm.start': async () => {
        await simulation.sleep(10)
        return null
      },
      'vm.stop': () => null,
    })))
    let answered = false
    const late = session.execute({ name: 'vm.start', params: { vm: 'vm:1' } }).then((outcome) => {
      answered = true
      return outcome
    })
    expect(await session.execute({ name: 'vm.stop', params: { vm: 'vm:1' } })).toEqual({ ok: true, value: null })
    expect(answered).toBe(false)
    await session.advanceFully(10)
    expect(await late).toEqual({ ok: true, value: null })
  })

  test('a bug in what simulated time brings is told in the timeline, and the rest goes on', async () => {
    const seen: string[] = []
    const session = makeSession('x', area(({ simulation }) => ({
      'vm.start': () => {
        simulation.schedule(1, () => {
          throw new Error('late bug')
        })
        simulation.schedule(2, () => seen.push('next'))
        return null
      },
    })))
    await must(session, 'vm.start', { vm: 'vm:1' })
    await session.advanceFully(5)
    expect(seen).toEqual(['next'])
    expect(session.store.all('event')).toMatchObject([{ kind: 'fault', at: 1, text: expect.stringContaining('late bug') as string }])
  })
})

describe('time', () => {
  test('a waiting command stops a slice, and the slice goes on after it', async () => {
    const { session, vm } = await makeVmSession()
    await must(session, 'vm.start', { vm })
    const slice = session.advance(MINUTE)
    const paused = session.execute({ name: 'clock.pause', params: {} })
    await slice
    expect(session.now).toBeLessThan(MINUTE)
    await paused
    await session.advance(MINUTE)
    expect(session.now).toBe(MINUTE)
  })

  test('a step goes to the next event, pauses the clock, and says so when there is none', async () => {
    const { session, vm } = await makeVmSession()
    expect(await session.execute({ name: 'clock.step', params: {} })).toMatchObject({ ok: false, error: { code: 'conflict' } })
    await must(session, 'vm.start', { vm })
    await must(session, 'clock.play')
    await must(session, 'clock.step')
    expect(session.now).toBe(session.store.require(vm).boot[0]!.endsAt)
    expect(session.store.require(CLOCK_ID).playing).toBe(false)
  })
})

describe('undo', () => {
  test('is named in plain words, latest last', async () => {
    const { session, vm } = await makeVmSession()
    await must(session, 'object.rename', { id: vm, name: 'shop' })
    expect(session.store.require(PROJECT_ID).undo).toEqual([
      'Add rack rack-1', 'Add host charminar', 'Install an operating system on charminar', 'Install KVM on charminar', 'Create VM web', 'Rename to shop',
    ])
    expect(await must(session, 'edit.undo')).toEqual({ name: 'Rename to shop' })
    expect(session.store.require(vm).name).toBe('web')
    expect(session.store.require(PROJECT_ID).redo).toEqual(['Rename to shop'])
  })

  test('refuses while the VM it would remove is running, and works when it is off', async () => {
    const { session, vm } = await makeVmSession()
    await must(session, 'vm.start', { vm })
    expect(await session.execute({ name: 'edit.undo', params: {} })).toMatchObject({ ok: false, error: { code: 'conflict', message: expect.stringContaining('Cannot undo "Create VM web"') as string } })
    await session.advanceFully(MINUTE)
    expect(await session.execute({ name: 'edit.undo', params: {} })).toMatchObject({ ok: false, error: { message: expect.stringContaining('web is running') as string } })
    await must(session, 'vm.stop', { vm, force: true })
    await must(session, 'edit.undo')
    expect(session.store.get(vm)).toBeUndefined()
    await must(session, 'edit.redo')
    expect(session.store.require(vm)).toMatchObject({ name: 'web', state: 'off' })
  })

  test('refuses to take away what something else stands on', async () => {
    const { session, vm } = await makeVmSession()
    await must(session, 'vm.snapshot', { vm, name: 'clean' })
    await session.advanceFully(MINUTE)
    expect(await session.execute({ name: 'edit.undo', params: {} })).toMatchObject({ ok: false, error: { code: 'conflict', message: expect.stringContaining('clean is on web') as string } })
  })

  test('refuses to overwrite what was done since by something that is no edit', async () => {
    const session = makeSession('x', area(({ store }) => ({
      'context.create': () => {
        store.put({ id: 'context:1', type: 'context', name: 'c', sample: null, files: { a: '1', b: '2' } })
        return { context: 'context:1' }
      },
      'context.delete-file': ({ context }) => {
        store.update(context, { files: { b: '2' } })
        return null
      },
      'context.write-file': ({ context, text }) => {
        store.update(context, { files: { b: text } })
        return null
      },
    })))
    await must(session, 'context.create')
    await must(session, 'context.delete-file', { context: 'context:1', path: 'a' })
    await must(session, 'context.write-file', { context: 'context:1', path: 'b', text: 'mine' })
    expect(await session.execute({ name: 'edit.undo', params: {} })).toMatchObject({ ok: false, error: { code: 'conflict', message: expect.stringContaining('c has changed since (files)') as string } })
    await must(session, 'context.write-file', { context: 'context:1', path: 'b', text: '2' })
    await must(session, 'edit.undo')
    expect(session.store.require('context:1').files).toEqual({ a: '1', b: '2' })
  })

  test('takes the sums of a host again instead of restoring them', async () => {
    const { session, vm } = await makeVmSession()
    await must(session, 'vm.create', { hypervisor: 'hypervisor:1', template: 'debian-12', name: 'other' })
    await must(session, 'vm.start', { vm })
    await session.advanceFully(MINUTE)
    const before = session.store.require('host:1').memoryUsedMiB
    await must(session, 'edit.undo')
    expect(session.store.require('host:1').memoryUsedMiB).toBe(before)
  })

  test('a new edit ends what could be redone, and an action does not', async () => {
    const { session } = await makeVmSession()
    await must(session, 'edit.undo')
    await must(session, 'clock.play')
    await must(session, 'edit.redo')
    await must(session, 'edit.undo')
    await must(session, 'rack.add')
    expect(await session.execute({ name: 'edit.redo', params: {} })).toMatchObject({ ok: false, error: { code: 'conflict' } })
  })
})

describe('tasks', () => {
  test('are cancelled by the area that knows them', async () => {
    const cancelled: string[] = []
    const session = makeSession('x', ({ store }) => [
      { handlers: {}, cancelTask: () => false },
      { handlers: {}, cancelTask: (task) => cancelled.push(task) > 0 },
      {
        handlers: {
          'vm.start': () => {
            const task = { type: 'task', kind: 'build', title: 'Build', subject: null, state: 'running', startedAt: 0, finishedAt: null, detail: '', progress: 0, error: null } as const
            store.put({ ...task, id: 'task:1', cancellable: true })
            store.put({ ...task, id: 'task:2', cancellable: false })
            store.put({ ...task, id: 'task:3', cancellable: true, state: 'done' })
            return null
          },
        },
      },
    ])
    await must(session, 'vm.start', { vm: 'vm:1' })
    await must(session, 'task.cancel', { task: 'task:1' })
    expect(cancelled).toEqual(['task:1'])
    for (const task of ['task:2', 'task:3']) expect(await session.execute({ name: 'task.cancel', params: { task } })).toMatchObject({ ok: false, error: { code: 'conflict' } })
    expect(await session.execute({ name: 'task.cancel', params: { task: 'task:9' } })).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })
})

test('an entry that was changed, or comes out differently, ends an exact replay', async () => {
  const { session } = await makeVmSession()
  const entries = session.journal.map((entry) => (entry.seq === 2 ? { ...entry, params: { model: 'rack-2017', name: 'forged' } } : entry))
  await expect(makeSession().replay(entries, true)).rejects.toThrow(Failure)
  await expect(makeSession('other seed').replay(session.journal, true)).rejects.toThrow('Entry 1')
  const lenient = makeSession()
  await lenient.replay(entries, false)
  expect(lenient.store.require('host:1').name).toBe('forged')
  expect(lenient.now).toBeLessThan(SECOND)
})

test('two areas with the same command are a bug that shows at once', () => {
  const racks: Area = { handlers: { 'rack.add': () => ({ rack: 'rack:1' }) } }
  expect(() => makeSession('x', () => [racks, racks])).toThrow('two areas implement rack.add')
})
