import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { preloadWorld } from './preload-world.mjs'

/** One page of Chromium with main's end of its channels. */
export class WebContents extends EventEmitter {
  constructor({ browser, server, ipcMain, preferences }) {
    super()
    Object.assign(this, { server, ipcMain, preferences, ports: new Map(), nextPort: 1, textEdits: [] })
    this.mainFrame = { url: 'about:blank' }
    this.opened = this.open(browser)
  }

  setWindowOpenHandler(handler) { this.windowOpenHandler = handler }
  undo() { this.textEdits.push('undo') }
  redo() { this.textEdits.push('redo') }

  async load(url) {
    const page = await this.opened
    await page.goto(this.server.toPage(url))
    this.loaded = true
    this.emit('did-finish-load')
  }

  send(channel, ...args) { void this.deliver({ channel, args, ports: [] }) }

  postMessage(channel, message, transfer) {
    const ports = transfer.map((port) => this.adopt(port))
    void this.deliver({ channel, args: [message], ports })
  }

  async open(browser) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    this.page = page
    await page.exposeBinding('standinCall', ({ frame }, message) => this.receive(frame, message))
    const source = readFileSync(this.preferences.preload, 'utf8')
    // In strict mode and as CommonJS: what a sandboxed preload can be. As text, since the page's policy forbids to evaluate any.
    const preload = `(require, module, exports, process) => { 'use strict'\n${source}\n}`
    await page.addInitScript({ content: `(${preloadWorld})(${preload}, ${JSON.stringify(process.platform)})` })
    await page.route('**/*', (route) => this.navigate(route))
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.mainFrame.url = this.server.toApp(frame.url())
    })
    page.on('popup', (popup) => void this.decidePopup(popup))
    return page
  }

  /** Electron asks `will-navigate` for what the page does, not for what main does: its first load and reloads go through. */
  navigate(route) {
    const request = route.request()
    const url = this.server.toApp(request.url())
    if (!request.isNavigationRequest() || request.frame() !== this.page.mainFrame() || this.mainFrame.url === 'about:blank') return route.continue()
    this.emit('did-start-loading')
    const event = { url, prevented: false, preventDefault() { this.prevented = true } }
    this.emit('will-navigate', event)
    // Aborting would leave an error page.
    return event.prevented ? route.fulfill({ status: 204 }) : route.continue()
  }

  async decidePopup(popup) {
    const { action } = this.windowOpenHandler?.({ url: popup.url() }) ?? { action: 'allow' }
    if (action === 'deny') await popup.close()
  }

  async receive(frame, message) {
    const senderFrame = frame === this.page.mainFrame() ? this.mainFrame : { url: this.server.toApp(frame.url()) }
    const event = { sender: this, senderFrame }
    if (message.type === 'port') return void this.ports.get(message.id)?.postMessage(message.data)
    if (message.type === 'port-closed') return void this.ports.get(message.id)?.close()
    if (message.type === 'send') return void this.ipcMain.emit(message.channel, event, ...message.args)
    const handler = this.ipcMain.handlers.get(message.channel)
    try {
      if (!handler) throw new Error(`No handler registered for '${message.channel}'`)
      return { value: await handler(event, ...message.args) }
    } catch (error) {
      return { error: String(error) }
    }
  }

  adopt(port) {
    const id = this.nextPort++
    this.ports.set(id, port)
    port.on('message', ({ data }) => void this.deliver({ type: 'port', id, data }))
    port.on('close', () => void this.deliver({ type: 'port-close', id }))
    port.start()
    return id
  }

  async deliver(message) {
    const page = await this.opened
    // A message to a page that is going away is lost, as in Electron.
    await page.evaluate((json) => window.standinDeliver?.(JSON.parse(json)), JSON.stringify(message)).catch(() => undefined)
  }
}
