import type { MachineEvent } from '../../../protocol/machine.ts'
import { hasText, t } from '../../app/i18n/index.ts'
import { hex32, hexShort } from '../model/format.ts'
import { shortVector } from '../model/vectors.ts'

const CALL_OUT = 3
const FIRST_FREE_VECTOR = 32

const address = (value: number | undefined): string => `0x${hex32(value ?? 0).toLowerCase()}`
const PORTS = /^(?:rep\w* )?(?:in|out|ins|outs)[bwd]?\b/

/** Why an instruction may not run where the guest runs it. */
function reasonOf(cause: string): string {
  const mnemonic = /^(?:rep\w* )?(\w+)/.exec(cause)?.[1] ?? ''
  if (PORTS.test(cause)) return t('monitor.why-trap.ports')
  if (/^(?:hlt|cli|sti|lgdt|lidt|lldt|ltr|lmsw|clts|invlpg|rdmsr|wrmsr|rdtsc|wbinvd|invd)$/.test(mnemonic)) return t(`monitor.why-trap.${mnemonic === 'cli' || mnemonic === 'sti' ? 'interrupts' : 'privileged'}`)
  if (/\bcr\d|\bdr\d/.test(cause)) return t('monitor.why-trap.control')
  if (/^(?:int|int3|into|int1|iret\w*)$/.test(mnemonic)) return t('monitor.why-trap.gates')
  if (/\b(?:[c-g]s|es|ss)\b/.test(cause) && /^(?:mov|pop|l[d-g]s|lss|les)$/.test(mnemonic)) return t('monitor.why-trap.segments')
  return t('monitor.why-trap.other')
}

function trapSentence({ reason, vector = 0, cause, eip, fromCpl, address: at }: MachineEvent): string {
  const what = cause ?? address(eip)
  const values = { cause: what, ring: fromCpl, vector: shortVector(vector) || String(vector), address: address(at), why: reasonOf(what) }
  switch (reason) {
    case 'hidden fault': return t('monitor.trap.hidden', values)
    case 'traced write': return t('monitor.trap.traced', values)
    case 'interrupt': return t('monitor.trap.interrupt', values)
    case 'reflected': return t(vector >= FIRST_FREE_VECTOR || vector === CALL_OUT ? 'monitor.trap.software' : at === undefined ? 'monitor.trap.reflected' : 'monitor.trap.reflected-page', values)
    default: return t(vector === CALL_OUT ? 'monitor.trap.call-out' : at === undefined ? 'monitor.trap.emulated' : 'monitor.trap.emulated-page', values)
  }
}

/** A VM exit's reason in words, `access to a port`. */
export function exitName(name: string): string {
  const key = `monitor.exit-name.${name}`
  return hasText(key) ? t(key) : name
}

function exitSentence({ name = '', exit, cause, eip }: MachineEvent): string {
  const why = `monitor.exit-why.${name}`
  const values = { number: exit?.number ?? 0, name: exitName(name), amd: exit?.amd ?? '', cause: cause ?? address(eip) }
  return [t(exit?.amd ? 'monitor.exit.amd' : 'monitor.exit.intel', values), hasText(why) ? t(why, values) : t('monitor.exit.other')].join(' ')
}

function hypercallSentence({ name = '', call }: MachineEvent): string {
  const values = { name, args: (call?.args ?? []).map(hexShort).join(', '), result: String(call?.result ?? 0), denial: call?.denial ?? '' }
  if (call?.denial) return t('monitor.hypercall.refused', values)
  return t(call?.args.length ? 'monitor.hypercall.done' : 'monitor.hypercall.plain', values)
}

function translateSentence({ target, instructions = 0 }: MachineEvent): string {
  return t(instructions > 0 ? 'monitor.translate.new' : 'monitor.translate.known', { target: address(target), count: instructions })
}

function injectSentence({ name = '', vector = 0 }: MachineEvent): string {
  const key = `microscope.irq.${name}`
  return name ? t('monitor.inject.line', { name: hasText(key) ? t(key) : name.toUpperCase(), vector }) : t('monitor.inject.vector', { vector })
}

/** A sentence or two about what a monitor was entered for, or did. */
export function monitorSentence(event: MachineEvent): string {
  switch (event.kind) {
    case 'exit': return exitSentence(event)
    case 'hypercall': return hypercallSentence(event)
    case 'translate': return translateSentence(event)
    case 'inject': return injectSentence(event)
    default: return trapSentence(event)
  }
}
