import type { ContainerRecord, EngineRecord, ImageRecord, PortMapping } from '../../../protocol/records.ts'
import { playClock } from '../actions/clock.ts'
import { catalogue } from '../catalogue.ts'
import { CoreError } from '../connection/core-error.ts'
import { formatBytes } from '../format.ts'
import { t } from '../i18n/index.ts'
import { displayName } from '../look.ts'
import { useCore } from '../stores/core.ts'
import type { FormSpec, FormValues } from '../stores/dialogs.ts'
import { useRecords } from '../stores/records.ts'
import { useSelection } from '../stores/selection.ts'
import { parsePorts, splitCommand } from './command-line.ts'

const keepsTerminal = (values: FormValues): boolean => values.text('terminal') === 'open'

/** A shell that nobody can type to ends at once, and its container with it. */
function wantsTerminal(image: ImageRecord | undefined): boolean {
  const [program, ...words] = [...(image?.entrypoint ?? []), ...(image?.cmd ?? [])]
  return program !== undefined && words.length === 0 && /(^|\/)(ba|da|a|z)?sh$/.test(program)
}

const terminalOf = (image: ImageRecord | undefined): string => (wantsTerminal(image) ? 'open' : 'none')

/** Docker's own order of things to say: options, image, command. */
function dockerRun(values: FormValues, image: string): string {
  const name = values.text('name')
  const ports = values.text('ports').split(/[\s,]+/).filter(Boolean).map((port) => `-p ${port} `).join('')
  const env = values.text('env').split(/\s+/).filter(Boolean).map((entry) => `-e ${entry} `).join('')
  return `docker run ${keepsTerminal(values) ? '-dit' : '-d'} ${name ? `--name ${name} ` : ''}${ports}${env}${image} ${values.text('command')}`.trim()
}

function readPorts(text: string): PortMapping[] {
  const ports = parsePorts(text)
  if (!ports) throw new CoreError({ code: 'invalid', message: t('app.form.bad-ports', { text }), hint: t('app.form.ports-hint') })
  return ports
}

const exposed = (image: ImageRecord | undefined): string =>
  (image?.exposedPorts ?? []).map((port) => Number.parseInt(port, 10)).filter((port) => port > 0).map((port) => `${port < 1024 ? port + 8000 : port}:${port}`).join(' ')

export async function runContainerForm(engine: EngineRecord, chosen?: ImageRecord): Promise<FormSpec> {
  const records = useRecords()
  const local = [...records.all('image').values()].filter((image) => image.engine === engine.id)
  const offered = (await catalogue()).images
  const first = chosen ?? local[0]
  const known = new Set(local.map(displayName))
  const options = [
    ...local.map((image) => ({ value: displayName(image), label: displayName(image), detail: t('app.form.image-here', { size: formatBytes(image.size) }) })),
    ...offered.filter((image) => !known.has(image.reference)).map((image) => ({ value: image.reference, label: image.reference, detail: t('app.form.image-pull', { size: formatBytes(image.size) }) })),
  ]
  return {
    title: t('app.form.run-container', { engine: engine.name }), submit: t('app.form.run'),
    fields: [
      options.length > 0
        ? { kind: 'choice', key: 'image', label: t('app.kind.image'), value: first ? displayName(first) : (options[0]?.value ?? ''), options }
        : { kind: 'text', key: 'image', label: t('app.kind.image'), value: '', hint: t('app.form.reference-hint') },
      { kind: 'text', key: 'name', label: t('app.form.name'), value: '', optional: true, hint: t('app.form.name-hint') },
      { kind: 'text', key: 'ports', label: t('app.form.ports'), value: exposed(first), optional: true, hint: t('app.form.ports-hint') },
      { kind: 'text', key: 'command', label: t('app.form.command'), value: '', optional: true, hint: t('app.form.command-hint') },
      {
        kind: 'choice', key: 'terminal', label: t('app.form.terminal'), value: terminalOf(first),
        options: ['none', 'open'].map((value) => ({ value, label: t(`app.form.terminal-${value}`), detail: t(`app.form.terminal-${value}-detail`) })),
      },
      { kind: 'text', key: 'env', label: t('app.form.env'), value: '', optional: true, hint: t('app.form.env-hint') },
    ],
    adjust: (key, values) => {
      const image = key === 'image' ? local.find((one) => displayName(one) === values.text('image')) : undefined
      return key === 'image' ? { ports: exposed(image), terminal: terminalOf(image) } : {}
    },
    asCommand: (values) => dockerRun(values, values.text('image')),
    run: async (values) => {
      const name = values.text('name')
      const command = splitCommand(values.text('command'))
      const env = splitCommand(values.text('env'))
      const ports = readPorts(values.text('ports'))
      const { container } = await useCore().command('container.run', {
        engine: engine.id, image: values.text('image'), ...(name ? { name } : {}), ...(command.length > 0 ? { command } : {}),
        ...(env.length > 0 ? { env } : {}), ...(ports.length > 0 ? { ports } : {}),
        ...(keepsTerminal(values) ? { interactive: true } : {}),
      })
      useSelection().reveal(container)
      await playClock()
    },
  }
}

export async function pullForm(engine: EngineRecord): Promise<FormSpec> {
  const { images } = await catalogue()
  return {
    title: t('app.form.pull', { engine: engine.name }), submit: t('app.form.pull-go'),
    fields: [{
      kind: 'choice', key: 'reference', label: t('app.kind.image'), value: images[0]?.reference ?? '',
      options: images.map((image) => ({ value: image.reference, label: image.reference, detail: formatBytes(image.size) })),
    }],
    asCommand: (values) => `docker pull ${values.text('reference')}`,
    run: async (values) => {
      await useCore().command('image.pull', { engine: engine.id, reference: values.text('reference') })
      await playClock()
    },
  }
}

export const tagForm = (image: ImageRecord): FormSpec => ({
  title: t('app.form.tag', { name: displayName(image) }), submit: t('app.form.tag-go'),
  fields: [{ kind: 'text', key: 'reference', label: t('app.form.reference'), value: displayName(image), hint: t('app.form.reference-hint') }],
  asCommand: (values) => `docker tag ${displayName(image)} ${values.text('reference')}`,
  run: (values) => useCore().command('image.tag', { image: image.id, reference: values.text('reference') }),
})

export const commitForm = (container: ContainerRecord): FormSpec => ({
  title: t('app.form.commit', { name: container.name }), submit: t('app.form.commit-go'), lead: t('app.form.commit-lead'),
  fields: [{ kind: 'text', key: 'reference', label: t('app.form.reference'), value: `${container.name}:latest`, hint: t('app.form.reference-hint') }],
  asCommand: (values) => `docker commit ${container.name} ${values.text('reference')}`,
  run: async (values) => {
    const { image } = await useCore().command('container.commit', { container: container.id, reference: values.text('reference') })
    useSelection().reveal(image)
  },
})
