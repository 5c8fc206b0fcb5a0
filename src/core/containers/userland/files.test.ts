import { describe, expect, test } from 'vitest'
import { encodeUtf8 } from '../../base/bytes.ts'
import { OverlayFileSystem } from '../filesystem/overlay-file-system.ts'
import { TestMachine, type Finished } from '../runtime/testing/test-machine.ts'

/** A machine whose programs see their files through an overlay: `/data/{a,sub/b,link}` of user 1000 lies in the lower layer. */
function onOverlay(): { readonly files: OverlayFileSystem; readonly sh: (text: string) => Promise<Finished> } {
  const machine = new TestMachine()
  for (const directory of ['/data', '/data/sub']) machine.root.makeDirectory(directory, { mode: 0o750, uid: 1000, gid: 1000 })
  machine.root.write('/data/a', encodeUtf8('A\n'), { mode: 0o640, uid: 1000, gid: 1000, mtime: 2_000 })
  machine.root.write('/data/sub/b', encodeUtf8('B\n'), { mode: 0o600, uid: 1000, gid: 1000, mtime: 3_000 })
  machine.root.makeSymlink('a', '/data/link')
  machine.root.setAttributes('/data', { mtime: 1_000 })
  const files = new OverlayFileSystem([machine.root.freeze()], { now: () => 9_000 })
  return { files, sh: (text) => machine.sh(text, { namespace: { ...machine.namespace, id: 'overlay', root: files } }) }
}

describe('over a lower layer', () => {
  test('mv of a directory copies it and removes the old one', async () => {
    const { files, sh } = onOverlay()
    expect(await sh('mv /data /moved && cat /moved/a /moved/sub/b /moved/link && ls /data')).toMatchObject({ stdout: 'A\nB\nA\n', stderr: "ls: cannot access '/data': No such file or directory\n" })
    expect(files.lookup('/moved/sub/b')).toMatchObject({ mode: 0o600, uid: 1000, mtime: 3_000 })
    expect(files.lookup('/moved')).toMatchObject({ mode: 0o750, uid: 1000, mtime: 1_000 })
    expect(files.readLink('/moved/link')).toBe('a')
    expect(files.changes().find(({ path }) => path === '/data')?.change).toBe('removed')
  })

  test('mv into a directory, and of a file over another', async () => {
    const { sh } = onOverlay()
    expect(await sh('mkdir /in && mv /data /in && ls /in/data && mv /in/data/a /in/data/sub/b && cat /in/data/sub/b')).toMatchObject({ stdout: 'a\nlink\nsub\nA\n', stderr: '' })
  })

  test('mv does not replace a directory that is not empty', async () => {
    const { sh } = onOverlay()
    const { stderr, status } = await sh('mkdir -p /in/data/x; mv /data /in')
    expect(stderr).toBe("mv: cannot move '/data' to '/in/data': Directory not empty\n")
    expect(status.code).toBe(1)
  })

  test('cp -a keeps owners, modes, times and links; cp -r does not keep owners', async () => {
    const { files, sh } = onOverlay()
    expect((await sh('cp -a /data /copy && cp -r /data /plain && cp -a /data/. /tmp')).stderr).toBe('')
    expect(files.lookup('/copy/a')).toMatchObject({ mode: 0o640, uid: 1000, gid: 1000, mtime: 2_000 })
    expect(files.lookup('/copy/link', { followLast: false })?.kind).toBe('symlink')
    expect(files.lookup('/plain/a')).toMatchObject({ mode: 0o640, uid: 0, gid: 0 })
    expect(files.lookup('/tmp/sub/b')).toMatchObject({ uid: 1000 })
    expect(files.lookup('/data/a')).toMatchObject({ uid: 1000 })
  })

  test('rm -rf hides all of it, and a new directory in its place is empty', async () => {
    const { files, sh } = onOverlay()
    expect(await sh('rm -rf /data && mkdir /data && ls -A /data && echo new > /data/n && ls /data')).toMatchObject({ stdout: 'n\n', stderr: '' })
    expect(files.lookup('/data/sub')).toBeUndefined()
  })
})
