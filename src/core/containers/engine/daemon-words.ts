import type { ErrorCode } from '../../../protocol/errors.ts'
import { Failure } from '../../base/failure.ts'
import { SECOND, type SimTime } from '../../simulation/units.ts'

/** Refusals in the words of Docker Engine 28.2, with a hint of our own. */
const refuse = (code: ErrorCode, message: string, hint = ''): Failure => new Failure(code, message, hint)

export const short = (id: string): string => id.replace('sha256:', '').slice(0, 12)

export const noSuchContainer = (name: string): Failure => refuse('not-found', `No such container: ${name}`)
export const noSuchImage = (name: string): Failure => refuse('not-found', `No such image: ${/[:@]/.test(name) ? name : `${name}:latest`}`, 'Pull it or build it first.')
export const nameTaken = (name: string, id: string): Failure =>
  refuse('conflict', `Conflict. The container name "/${name}" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`)
export const badName = (name: string): Failure => refuse('invalid', `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`)
export const noCommand = (): Failure => refuse('invalid', 'no command specified', 'The image has neither CMD nor ENTRYPOINT: name a command.')
export const badDirectory = (path: string): Failure => refuse('invalid', `the working directory '${path}' is invalid, it needs to be an absolute path`)
export const startPaused = (): Failure => refuse('conflict', 'cannot start a paused container, try unpause instead')
export const portTaken = (name: string, endpoint: string, port: number): Failure =>
  refuse('conflict', `failed to set up container networking: driver failed programming external connectivity on endpoint ${name} (${endpoint}): Bind for 0.0.0.0:${port} failed: port is already allocated`,
    'Publish another port, or stop the container that has this one.')
export const cannotStart = (command: string, reason: string): Failure =>
  refuse('refused', `failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: ${JSON.stringify(command)}: ${reason}: unknown`)
export const killStopped = (name: string, id: string): Failure => refuse('conflict', `cannot kill container: ${name}: container ${id} is not running`)
export const notRunning = (id: string): Failure => refuse('conflict', `container ${id} is not running`, 'Start it first.')
export const alreadyPaused = (id: string): Failure => refuse('conflict', `Container ${id} is already paused`)
export const notPaused = (id: string): Failure => refuse('conflict', `Container ${id} is not paused`)
export const execPaused = (name: string): Failure => refuse('conflict', `Container ${name} is paused, unpause the container before exec`)
export const removeRunning = (name: string): Failure =>
  refuse('conflict', `cannot remove container "${name}": container is running: stop the container before removing or force remove`, 'Stop it first, or remove it by force.')
export const removePaused = (name: string): Failure => refuse('conflict', `cannot remove container "${name}": container is paused and must be unpaused first`)
export const referenceInUse = (reference: string, container: string, image: string): Failure =>
  refuse('conflict', `conflict: unable to remove repository reference "${reference}" (must force) - container ${short(container)} is using its referenced image ${short(image)}`, 'Remove the container first, or force.')
export const manyRepositories = (image: string): Failure =>
  refuse('conflict', `conflict: unable to delete ${short(image)} (must be forced) - image is referenced in multiple repositories`)
export const imageInUse = (image: string, container: string, running: boolean): Failure =>
  refuse('conflict', `conflict: unable to delete ${short(image)} (${running ? 'cannot be forced' : 'must be forced'}) - image is being used by ${running ? 'running' : 'stopped'} container ${short(container)}`, 'Remove the container first.')
export const dependentImages = (image: string): Failure =>
  refuse('conflict', `conflict: unable to delete ${short(image)} (cannot be forced) - image has dependent child images`, 'Remove the images that were built on it first.')
export const engineDown = (name: string): Failure => refuse('conflict', `Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?`, `The machine of ${name} is not up.`)
export const sameName = (): Failure => refuse('invalid', 'Renaming a container with the same name as its current name')

/** "5 minutes", as the engine words durations. */
export function durationInWords(time: SimTime): string {
  const seconds = Math.floor(time / SECOND)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.round(minutes / 60)
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < 60) return `${seconds} seconds`
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`
  return `${Math.floor(hours / 24 / 365)} years`
}
