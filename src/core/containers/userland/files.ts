import type { Program } from '../runtime/program.ts'
import { SECOND } from '../../simulation/units.ts'

export const FILE_PROGRAMS: readonly Program[] = [
  {
    name: 'cat',
    package: 'coreutils',
    async main(process) {
      const descriptors = process.args.length > 0 ? process.args.map((path) => process.open(path, { read: true })) : [0]
      for (const fd of descriptors) {
        for (let bytes = await process.read(fd); bytes.length > 0; bytes = await process.read(fd)) await process.write(1, bytes)
      }
      return 0
    },
  },
  {
    name: 'sleep',
    package: 'coreutils',
    async main(process) {
      await process.sleep(Number(process.args[0]) * SECOND)
      return 0
    },
  },
]
