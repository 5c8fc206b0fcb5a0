import type { MachineEnd, MachineEvent, MachineState } from '../../../protocol/machine.ts'
import { hasText, t } from '../../app/i18n/index.ts'
import { monitorSentence } from '../monitor/sentences.ts'
import { changedBits } from './control-bits.ts'
import { pageFaultAccess } from './error-code.ts'
import { hex32, hexShort } from './format.ts'
import { changedRows, registerGroups } from './registers.ts'
import { portOwner, shortVector } from './vectors.ts'

const PAGE_FAULT = 14
const REGISTERS_SAID = 3

/** `Page fault`, `General protection fault`; vectors without a name are numbers. */
export function vectorName(vector: number): string {
  const key = `microscope.vector.${vector}`
  return hasText(key) ? t(key) : t('microscope.vector.other', { vector })
}

const address = (value: number): string => `0x${hex32(value).toLowerCase()}`
const at = (event: MachineEvent): string => (event.symbol ? t('microscope.say.at', { address: address(event.eip), symbol: event.symbol }) : address(event.eip))

function handler(event: MachineEvent): string {
  return event.target === undefined ? '' : t('microscope.say.handler', { target: address(event.target), ring: event.toCpl })
}

function faultSentence(event: MachineEvent): string {
  const vector = event.vector ?? 0
  if (vector === PAGE_FAULT) {
    const error = event.error ?? 0
    return t((error & 1) !== 0 ? 'microscope.say.page-fault-rights' : 'microscope.say.page-fault-missing', {
      address: address(event.address ?? 0), access: t(`microscope.access.${pageFaultAccess(error)}`),
    })
  }
  const short = shortVector(vector)
  const name = short ? `${vectorName(vector)} (${short})` : vectorName(vector)
  const cause = event.cause ?? at(event)
  return event.error === undefined
    ? t('microscope.say.fault', { name, cause, ring: event.fromCpl })
    : t('microscope.say.fault-code', { name, cause, ring: event.fromCpl, code: hexShort(event.error) })
}

function interruptSentence(event: MachineEvent): string {
  const line = event.name ?? ''
  const key = `microscope.irq.${line}`
  return t('microscope.say.interrupt', { name: hasText(key) ? t(key) : line.toUpperCase(), vector: event.vector ?? 0, at: at(event) })
}

function ioSentence(event: MachineEvent): string {
  const port = event.port ?? 0
  const owner = portOwner(port)
  const values = { value: hexShort(event.value ?? 0), port: hexShort(port), device: owner ? t(`microscope.port.${owner}`) : t('microscope.port.nobody') }
  return t(event.write ? 'microscope.say.out' : 'microscope.say.in', values)
}

function controlSentence(event: MachineEvent): string {
  const name = event.name ?? ''
  const values = { name: name.toUpperCase(), before: hexShort(event.before ?? 0), value: hexShort(event.value ?? 0) }
  if (name === 'cr3') return t('microscope.say.cr3', values)
  const bits = event.before === undefined ? [] : changedBits(name, event.before, event.value ?? 0)
  const said = bits.map((bit) => t(bit.on ? 'microscope.say.bit-on' : 'microscope.say.bit-off', { name: bit.name })).join(', ')
  if (event.before === undefined || event.before === event.value) return t('microscope.say.control-same', values)
  return said ? t('microscope.say.control-bits', { ...values, bits: said }) : t('microscope.say.control', values)
}

function gateSentence(event: MachineEvent): string {
  const values = { cause: event.cause ?? t('microscope.say.far-call'), from: event.fromCpl }
  return t(event.vector === undefined ? 'microscope.say.call-gate' : 'microscope.say.gate', values)
}

function main(event: MachineEvent): string {
  switch (event.kind) {
    case 'fault': return faultSentence(event)
    case 'interrupt': return interruptSentence(event)
    case 'gate': return gateSentence(event)
    case 'return': return t(event.fromCpl === event.toCpl ? 'microscope.say.return-same' : 'microscope.say.return', { target: address(event.target ?? 0), from: event.fromCpl, to: event.toCpl })
    case 'io': return ioSentence(event)
    case 'control': return controlSentence(event)
    case 'halt': return t('microscope.say.halt')
    case 'end': return t('microscope.say.end')
    default: return monitorSentence(event)
  }
}

/** One plain sentence or two about an event, fit to be read aloud. */
export function eventSentence(event: MachineEvent): string {
  const withHandler = event.kind === 'fault' || event.kind === 'interrupt' || event.kind === 'gate'
  return [main(event), withHandler ? handler(event) : ''].filter(Boolean).join(' ')
}

/** How a run ended, in words: what it means and what to do about it. */
export function endSentence(end: MachineEnd): string {
  switch (end.kind) {
    case 'exit': return t(end.code === 0 ? 'microscope.end.exit-0' : 'microscope.end.exit', { code: end.code })
    case 'boot-failed': return end.message
    default: return t(`microscope.end.${end.kind}`)
  }
}

/** What is said when the machine stops: the event that happened last, or where it stands and what changed. */
export function stopSentence(now: MachineState, before: MachineState | null): string {
  if (now.end) return endSentence(now.end)
  const latest = now.recent.findLast(({ tick }) => tick <= now.tick)
  if (latest && before && latest.tick > before.tick && latest.kind !== 'io') return eventSentence(latest)
  const next = now.code.find((row) => row.address === now.cpu.eip)
  const place = t('microscope.say.stopped', { address: address(now.cpu.eip), text: next?.text ?? '' })
  const changed = before ? changedRows(registerGroups(now.cpu, before.cpu)).filter(({ name }) => name !== 'EFLAGS') : []
  const said = changed.slice(0, REGISTERS_SAID).map(({ name, value }) => t('microscope.say.register', { name, value }))
  return [place, ...said].join(' ')
}
