import { describe, expect, it } from 'vitest'
import type { AnyRecord } from '../../../protocol/records.ts'
import { growingRoom, teachingRoom } from '../../testing/teaching-room.ts'
import { objectsOf } from '../layout/objects.ts'
import { kernelName } from './describe-guest.ts'
import { RoomModel } from './room-model.ts'
import type { ContainerScene, GuestScene } from './types.ts'

/** The scene as indented text: what a person would read off the picture. */
function textOf(records: readonly AnyRecord[]): string {
  const model = new RoomModel((key, values) => [key, ...Object.values(values ?? {})].join(' '))
  for (const record of records) model.index.set(record)
  const lines: string[] = []
  const container = (scene: ContainerScene, indent: string) => lines.push(`${indent}container ${scene.name} (${scene.condition}): ${scene.facts[0]}`)
  const guest = (scene: GuestScene, indent: string) => {
    lines.push(`${indent}${scene.role} ${scene.name} (${scene.condition}) on ${scene.kernel}${scene.fault ? `: ${scene.fault}` : ''}`)
    for (const one of scene.engine?.containers ?? []) container(one, indent + '  ')
  }
  for (const { scene } of model.plan.hosts.values()) {
    lines.push(`${scene.formFactor} ${scene.name} (${scene.condition}), ${scene.platform}`)
    if (scene.band.kind === 'hypervisor') lines.push(`  band ${scene.band.hypervisor.name}`)
    if (scene.band.kind === 'host-os') lines.push(`  band ${scene.band.name}, ${scene.band.kernel}${scene.band.module ? ` with ${scene.band.module.name} inside` : ''}`)
    for (const group of scene.groups) {
      lines.push(`  group${group.band ? ` on ${group.band.name}` : ''}`)
      for (const one of group.guests) guest(one, '    ')
      if (group.privileged) guest(group.privileged, '    ')
      for (const one of group.engine?.containers ?? []) container(one, '    ')
    }
  }
  return lines.join('\n')
}

describe('the scene', () => {
  it('reads the teaching room from its records', () => {
    expect(textOf(teachingRoom())).toMatchInlineSnapshot(`
      "server charminar (running), KVM, Ubuntu 22.04
        band Ubuntu 22.04, Linux 5.15 with KVM inside
        group
          guest web-1 (running) on Linux 5.15
            container shop (running): nginx:1.27
            container api (running): node:22
            container cache (running): redis:7
            container jobs (paused): node:22
          guest hadoop (running) on Linux 3.2
          guest db-1 (fault) on Linux 6.1: Triple fault: no handler for the page fault at 0xC0101A3C
      server golconda (running), Xen 4.17
        band Xen 4.17
        group
          guest mail (running) on Linux 6.1
          guest erp (off) on NT 10.0
          privileged-domain Domain-0 (running) on Linux 6.1
      laptop asha-macbook (running), macOS 13
        band macOS 13, Darwin 22
        group on VirtualBox 7
          guest fedora (paused) on Linux 6.8
        group
          hidden linuxkit (running) on Linux 6.6
            container site (off): caddy:2
            container notes (running): postgres:16"
    `)
  })

  it('reads a host that is empty, one with its own engine and one whose VM boots', () => {
    expect(textOf(growingRoom())).toMatchInlineSnapshot(`
      "server bare (off), noSystem
      server docker-host (running), Ubuntu 22.04
        band Ubuntu 22.04, Linux 5.15
        group
          container java7 (running): course:latest
          container eager_hopper (fault): alpine:3.20
      server lab (running), KVM, Ubuntu 22.04
        band Ubuntu 22.04, Linux 5.15 with KVM inside
        group
          guest fresh (busy) on Linux 5.15"
    `)
  })

  it('draws nothing for records whose parent is gone', () => {
    const model = new RoomModel((key) => key)
    for (const record of teachingRoom()) if (record.id !== 'host:1') model.index.set(record)
    expect([...model.plan.hosts.values()].flatMap((host) => objectsOf(host)).some((object) => object.id === 'vm:web')).toBe(false)
  })

  it('names kernels by version', () => {
    expect(kernelName('5.15.0-91-generic')).toBe('Linux 5.15')
    expect(kernelName('NT 10.0')).toBe('NT 10.0')
    expect(kernelName('Darwin 22')).toBe('Darwin 22')
  })
})
