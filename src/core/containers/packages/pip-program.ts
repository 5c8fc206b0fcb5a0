import { SECOND } from '../../simulation/units.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { parseOptions, program } from '../userland/support.ts'

/** Known projects of the Python Package Index: version, kilobytes, dependencies. */
const PROJECTS: Readonly<Record<string, readonly [string, number, string]>> = {
  flask: ['3.1.1', 360, 'werkzeug jinja2 itsdangerous click blinker'], werkzeug: ['3.1.3', 900, 'markupsafe'], jinja2: ['3.1.6', 520, 'markupsafe'], itsdangerous: ['2.2.0', 60, ''], click: ['8.2.1', 410, ''], blinker: ['1.9.0', 40, ''], markupsafe: ['3.0.2', 80, ''],
  requests: ['2.32.4', 240, 'urllib3 idna certifi charset-normalizer'], urllib3: ['2.5.0', 500, ''], idna: ['3.10', 360, ''], certifi: ['2025.8.3', 300, ''], 'charset-normalizer': ['3.4.3', 480, ''],
  numpy: ['2.3.2', 64_000, ''], pandas: ['2.3.1', 48_000, 'numpy python-dateutil pytz tzdata'], 'python-dateutil': ['2.9.0.post0', 800, 'six'], six: ['1.17.0', 40, ''], pytz: ['2025.2', 1_900, ''], tzdata: ['2025.2', 1_100, ''],
  django: ['5.2.5', 46_000, 'asgiref sqlparse'], asgiref: ['3.9.1', 100, ''], sqlparse: ['0.5.3', 160, ''], gunicorn: ['23.0.0', 380, 'packaging'], packaging: ['25.0', 200, ''], redis: ['6.4.0', 1_200, ''], fastapi: ['0.116.1', 900, 'starlette pydantic'], starlette: ['0.47.2', 420, ''], pydantic: ['2.11.7', 2_600, ''], uvicorn: ['0.35.0', 340, 'click'], pytest: ['8.4.1', 1_400, 'packaging'],
}

async function pip(process: ProcessContext): Promise<number> {
  const { values, operands } = parseOptions(process.args, ['r', 'requirement', 't', 'i'])
  if (process.args.includes('--version')) return process.print('pip 25.0.1 from /usr/lib/python3/site-packages/pip (python 3.12)\n').then(() => 0)
  const [verb, ...given] = operands
  if (verb !== 'install') {
    await process.warn(`ERROR: pip ${verb ?? ''} is not modelled in Glasshouse\n`)
    return 1
  }
  const file = values.get('r') ?? values.get('requirement')
  if (file !== undefined && !process.files.may(file, 'read')) {
    await process.warn(`ERROR: Could not open requirements file: [Errno 2] No such file or directory: '${file}'\n`)
    return 1
  }
  const lines = file === undefined ? [] : process.files.text(file).split('\n').map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '')
  const wanted = [...given, ...lines]
  const order: string[] = []
  for (const requirement of wanted) {
    const name = requirement.split(/[=<>!~[; ]/)[0]!.toLowerCase()
    if (!(name in PROJECTS)) {
      await process.warn(`ERROR: Could not find a version that satisfies the requirement ${requirement} (from versions: none)\nERROR: No matching distribution found for ${requirement}\n`)
      return 1
    }
    collect(name, order)
  }
  return installAll(process, order)
}

function collect(name: string, order: string[]): void {
  if (order.includes(name)) return
  order.push(name)
  for (const dependency of PROJECTS[name]![2].split(' ').filter((word) => word !== '')) collect(dependency, order)
}

async function installAll(process: ProcessContext, order: readonly string[]): Promise<number> {
  const site = '/usr/local/lib/python3/site-packages'
  for (const name of order) {
    const [version, kilobytes] = PROJECTS[name]!
    await process.print(`Collecting ${name}\n  Downloading ${name.replaceAll('-', '_')}-${version}-py3-none-any.whl (${Math.ceil(kilobytes / 3)} kB)\n`)
    await process.sleep((0.1 + kilobytes / 15_000) * SECOND)
    process.files.makeDirectories(`${site}/${name}`)
    process.files.write(`${site}/${name}/__init__.py`, { seed: `${name}-${version}`, size: kilobytes * 1000 })
  }
  await process.print(`Installing collected packages: ${order.join(', ')}\nSuccessfully installed ${order.map((name) => `${name}-${PROJECTS[name]![0]}`).join(' ')}\n`)
  return 0
}

export const PIP_PROGRAMS = [program('pip', 'python3-pip', pip), program('pip3', 'python3-pip', pip)]
