import type { Cpu } from '../cpu/cpu.ts'
import { Ata } from '../devices/ata.ts'
import { Cmos } from '../devices/cmos.ts'
import type { Clock, Sink } from '../devices/device.ts'
import type { Disk } from '../devices/disk.ts'
import { ExitPort } from '../devices/exit-port.ts'
import { Keyboard } from '../devices/keyboard.ts'
import { Ne2000 } from '../devices/ne2000.ts'
import { Pic } from '../devices/pic.ts'
import { Pit } from '../devices/pit.ts'
import { Screen } from '../devices/screen.ts'
import { FastA20, PostPort } from '../devices/system-ports.ts'
import { Uart } from '../devices/uart.ts'
import { gpa } from '../memory/addresses.ts'
import { IRQ, PORT, SCREEN_ADDRESS, SCREEN_LENGTH } from './layout.ts'

export interface Devices {
  readonly pic: Pic
  readonly pit: Pit
  readonly uart: Uart
  readonly ata: Ata
  readonly cmos: Cmos
  readonly keyboard: Keyboard
  readonly screen: Screen
  readonly post: PostPort
  /** Null: no card. */
  readonly nic: Ne2000 | null
}

/** What the devices remember: plain data, which goes through JSON unchanged. */
export interface DeviceRecords {
  readonly pic: ReturnType<Pic['save']>
  readonly pit: ReturnType<Pit['save']>
  readonly uart: ReturnType<Uart['save']>
  readonly ata: ReturnType<Ata['save']>
  readonly cmos: ReturnType<Cmos['save']>
  readonly keyboard: ReturnType<Keyboard['save']>
  readonly screen: ReturnType<Screen['save']>
  readonly post: number
  readonly nic: ReturnType<Ne2000['save']> | null
}

/** What leaves the devices. */
export interface Outlets { readonly serial: Sink; readonly exit: Sink; readonly reset: Sink }

export interface DeviceConfig { readonly disks: readonly [Disk | null, Disk | null]; readonly clockStart: number; readonly station: Uint8Array | null }

/** Puts all devices on a processor's ports, memory and interrupt line. `clock` makes one for what is behind an interrupt line. */
export function connectDevices(cpu: Cpu, config: DeviceConfig, clock: (irq: number) => Clock, outlets: Outlets): Devices {
  const { ports, memory } = cpu
  const pic = new Pic({ set: (level) => cpu.setInterrupt(level) })
  cpu.acknowledge = () => pic.acknowledge()
  const on = (irq: number) => [pic.line(irq), clock(irq)] as const
  const pit = new Pit(...on(IRQ.pit))
  const keyboard = new Keyboard(pic.line(IRQ.keyboard), outlets.reset, clock(IRQ.keyboard))
  const uart = new Uart(pic.line(IRQ.uart), outlets.serial, clock(IRQ.uart))
  const cmos = new Cmos(config.clockStart, memory.size, ...on(IRQ.clock))
  const ata = new Ata(config.disks, ...on(IRQ.ata))
  const screen = new Screen(clock(IRQ.none))
  const post = new PostPort()
  const nic = config.station && new Ne2000(pic.line(IRQ.nic), config.station)
  ports.attach(PORT.masterPic, 2, pic.ports(pic.master))
  ports.attach(PORT.slavePic, 2, pic.ports(pic.slave))
  ports.attach(PORT.edgeLevel, 2, pic.edgeLevelPorts)
  ports.attach(PORT.pit, 4, pit)
  ports.attach(PORT.system, 1, pit.systemPort)
  ports.attach(PORT.keyboardData, 1, keyboard.data)
  ports.attach(PORT.keyboardCommand, 1, keyboard.command)
  ports.attach(PORT.cmos, 2, cmos)
  ports.attach(PORT.post, 1, post)
  ports.attach(PORT.fastA20, 1, new FastA20(outlets.reset))
  ports.attach(PORT.exit, 4, new ExitPort(outlets.exit))
  ports.attach(PORT.ata, 8, ata)
  ports.attach(PORT.ataControl, 1, ata.control)
  ports.attach(PORT.screen, 16, screen.ports)
  ports.attach(PORT.uart, 8, uart)
  if (nic) ports.attach(PORT.nic, 32, nic)
  memory.attach(gpa(SCREEN_ADDRESS), SCREEN_LENGTH, screen.memory)
  return { pic, pit, uart, ata, cmos, keyboard, screen, post, nic }
}

export function saveDevices({ pic, pit, uart, ata, cmos, keyboard, screen, post, nic }: Devices): DeviceRecords {
  return {
    pic: pic.save(), pit: pit.save(), uart: uart.save(), ata: ata.save(), cmos: cmos.save(), keyboard: keyboard.save(), screen: screen.save(), post: post.code,
    nic: nic?.save() ?? null,
  }
}

export function loadDevices(devices: Devices, records: DeviceRecords): void {
  devices.pit.load(records.pit)
  devices.uart.load(records.uart)
  devices.ata.load(records.ata)
  devices.cmos.load(records.cmos)
  devices.keyboard.load(records.keyboard)
  devices.screen.load(records.screen)
  devices.post.code = records.post
  if (records.nic) devices.nic?.load(records.nic)
  // Last: what the others did to its inputs on the way does not count.
  devices.pic.load(records.pic)
}
