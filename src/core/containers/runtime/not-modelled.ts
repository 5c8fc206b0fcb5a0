import type { Program } from './program.ts'

/** Stands in for an installed program whose work nobody has modelled: it says so. */
export function notModelled(name: string): Program {
  return {
    name,
    package: '',
    async main(context) {
      if (context.args.some((word) => word === '--version' || word === '-V' || word === '-v')) await context.print(`${name} (simulated by Glasshouse)\n`)
      else {
        await context.warn(`${name}: this program is installed, but what it does is not modelled yet\n`)
        return 1
      }
      return 0
    },
  }
}
