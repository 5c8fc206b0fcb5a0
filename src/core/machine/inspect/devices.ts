import type { DeviceState } from '../../../protocol/machine.ts'
import { saveDevices } from '../board/devices.ts'
import type { Machine } from '../board/machine.ts'
import { civilTime } from '../devices/calendar.ts'
import type { PicChipState } from '../devices/pic-chip.ts'

type Rows = DeviceState['rows']

const hex = (value: number, digits = 2): string => `0x${value.toString(16).padStart(digits, '0')}`
const bits = (value: number): string => value.toString(2).padStart(8, '0')
const onOff = (value: boolean): string => (value ? 'on' : 'off')
const rows = (...pairs: readonly (readonly [name: string, value: string | number])[]): Rows => pairs.map(([name, value]) => ({ name, value: String(value) }))

/** All devices in the words of their data sheets; reading them here changes nothing. */
export function deviceStates(machine: Machine): DeviceState[] {
  const records = saveDevices(machine.devices)
  const { pic, pit, uart, ata, keyboard, screen, cmos } = records
  const due = (tick: number | null): string => (tick === null ? 'none' : `tick ${tick}`)
  const { cursor } = machine.devices.screen
  const [master, slave] = machine.devices.ata.disks.map((disk) => (disk ? `${disk.sectors} sectors` : 'none'))
  const time = civilTime(cmos.base + Math.floor(machine.tick / machine.ticksPerSecond))
  const two = (value: number): string => String(value).padStart(2, '0')
  return [
    { key: 'pic', rows: [...chip('master', pic.master), ...chip('slave', pic.slave)] },
    {
      key: 'pit',
      rows: [
        ...pit.counters.flatMap(({ mode, count, gate }, n) => rows([`counter ${n}`, count === null ? 'not loaded' : `mode ${mode}, count ${count}${gate ? '' : ', gate low'}`])),
        ...rows(['next IRQ 0', due(pit.due)], ['speaker', onOff(pit.speaker)]),
      ],
    },
    {
      key: 'uart',
      rows: rows(
        ['IER', hex(uart.interruptEnable)], ['LCR', hex(uart.lineControl)], ['MCR', hex(uart.modemControl)], ['divisor', uart.divisor], ['FIFO', onOff(uart.fifo)],
        ['received, not read', uart.received.length], ['on the line', uart.line.length],
      ),
    },
    {
      key: 'ata',
      rows: rows(
        ['master', master!], ['slave', slave!], ['status', hex(ata.status)], ['error', hex(ata.error)], ['drive', (ata.device >> 4) & 1], ['LBA', ata.lba], ['sectors left', ata.left],
        ['phase', ata.phase], ['interrupt', onOff(ata.interrupt)], ['ready at', due(ata.due)],
      ),
    },
    {
      key: 'keyboard',
      rows: rows(
        ['command byte', hex(keyboard.commandByte)], ['output buffer', keyboard.full ? hex(keyboard.output) : 'empty'], ['waiting', keyboard.queue.length], ['scanning', onOff(keyboard.scanning)],
      ),
    },
    { key: 'screen', rows: rows(['cursor', cursor ? `row ${cursor.row}, column ${cursor.column}` : 'off the screen'], ['mode', hex(screen.mode)], ['colour', hex(screen.colour)]) },
    {
      key: 'cmos',
      rows: rows(
        ['time', `${time.year}-${two(time.month)}-${two(time.day)} ${two(time.hour)}:${two(time.minute)}:${two(time.second)}`], ['index', hex(cmos.index)],
        ['register A', hex(cmos.ram[10]!)], ['register B', hex(cmos.ram[11]!)], ['next interrupt', due(cmos.due)],
      ),
    },
  ]
}

const chip = (name: string, { requests, inService, mask, vectorBase, initialized, autoEoi }: PicChipState): Rows =>
  rows(
    [`${name} IRR`, bits(requests)], [`${name} ISR`, bits(inService)], [`${name} IMR`, bits(mask)],
    [`${name} vectors`, initialized ? `${hex(vectorBase)} to ${hex(vectorBase + 7)}${autoEoi ? ', automatic EOI' : ''}` : 'not initialized'],
  )
