import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'

/** The hash of the whole simulated state, asked of the core through a connection of its own. Browser door only. */
export function stateHash(page: Page): Promise<string> {
  return page.evaluate(() => new Promise<string>((resolve, reject) => {
    const key = sessionStorage.getItem('glasshouse.token') ?? ''
    const socket = new WebSocket(`ws://${location.host}/core?t=${encodeURIComponent(key)}`)
    socket.onerror = () => reject(new Error('no connection'))
    socket.onopen = () => socket.send(JSON.stringify({ type: 'query', id: 1, name: 'state.hash', params: {} }))
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as { readonly type: string; readonly id?: number; readonly value?: { readonly hash: string } }
      if (message.id !== 1) return
      if (message.type === 'result' && message.value) resolve(message.value.hash)
      else reject(new Error(data))
      socket.close()
    }
  }))
}

/** Saves by key, as a browser does: the file that is downloaded. */
export async function saveByKey(page: Page): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const coming = page.waitForEvent('download')
  await page.keyboard.press('Control+s')
  const download = await coming
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

/** Opens a file from the window's own file dialog. */
export async function openByKey(page: Page, name: string, bytes: Buffer): Promise<void> {
  const coming = page.waitForEvent('filechooser')
  await page.keyboard.press('Control+o')
  const chooser = await coming
  await chooser.setFiles({ name, mimeType: 'application/octet-stream', buffer: bytes })
}
