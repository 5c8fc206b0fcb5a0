import * as v from 'valibot'
import type { ProjectStatus } from './messages.ts'

/** Requests about the project file. They are answered beside the session, because they replace it or write it out. */
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))

export const PROJECT_REQUESTS = {
  /** `sample`: the small running world; `empty`: a bare room. */
  'project.new': v.object({ template: v.picklist(['sample', 'empty']) }),
  /** Electron and the command line: by path, which only the door may name. */
  'project.open-path': v.object({ path }),
  'project.save-path': v.object({ path }),
  /** The browser: by content, base64. */
  'project.open-bytes': v.object({ name: v.pipe(v.string(), v.maxLength(200)), base64: v.pipe(v.string(), v.maxLength(360_000_000)) }),
  'project.save-bytes': v.object({}),
  'project.status': v.object({}),
} as const

export type ProjectRequestName = keyof typeof PROJECT_REQUESTS
export type ProjectRequestParams<N extends ProjectRequestName> = v.InferOutput<(typeof PROJECT_REQUESTS)[N]>

export interface ProjectRequestResults {
  'project.new': ProjectStatus
  'project.open-path': ProjectStatus
  'project.save-path': ProjectStatus
  'project.open-bytes': ProjectStatus
  'project.save-bytes': { readonly base64: string; readonly status: ProjectStatus }
  'project.status': ProjectStatus
}
