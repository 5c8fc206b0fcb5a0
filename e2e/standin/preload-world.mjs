/**
 * Runs in the page before its scripts: gives the preload the `electron` it may have in a sandbox, and nothing else. What crosses
 * the bridge is cloned and frozen, as the real one does. Serialised into the page, so it uses nothing from outside; `preload` is the
 * preload's text in a function.
 */
export function preloadWorld(preload, platform) {
  if (window !== window.top) return
  const native = window.standinCall
  delete window.standinCall
  const listeners = new Map()
  const ports = new Map()

  const ipcRenderer = {
    invoke: async (channel, ...args) => {
      const answer = await native({ type: 'invoke', channel, args: structuredClone(args) })
      if (answer.error !== undefined) throw new Error(`Error invoking remote method '${channel}': ${answer.error}`)
      return answer.value
    },
    send: (channel, ...args) => void native({ type: 'send', channel, args: structuredClone(args) }),
    on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
  }
  const portOf = (id) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = (event) => void native({ type: 'port', id, data: event.data })
    port1.addEventListener('close', () => void native({ type: 'port-closed', id }))
    ports.set(id, port1)
    return port2
  }
  const guardedFunction = (real) => (...args) => real(...args.map((arg) => (typeof arg === 'function' ? arg : structuredClone(arg))))
  const exposed = (value) => {
    if (typeof value === 'function') return guardedFunction(value)
    if (typeof value !== 'object' || value === null) return value
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, exposed(inner)])))
  }
  const contextBridge = {
    exposeInMainWorld: (name, api) => Object.defineProperty(window, name, { value: exposed(api), enumerable: true, configurable: false, writable: false }),
  }
  const require = (name) => {
    if (name === 'electron') return { ipcRenderer, contextBridge }
    throw new Error(`module not found: ${name}`)
  }

  Object.defineProperty(window, 'standinDeliver', {
    enumerable: false,
    value: (message) => {
      if (message.type === 'port') ports.get(message.id)?.postMessage(message.data)
      else if (message.type === 'port-close') ports.get(message.id)?.close()
      else for (const listener of listeners.get(message.channel) ?? []) listener({ ports: message.ports.map(portOf) }, ...message.args)
    },
  })
  preload(require, { exports: {} }, {}, { platform })
}
