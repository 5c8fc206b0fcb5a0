import type { SampleInfo } from '../../../protocol/catalogue.ts'
import course from '../../../../resources/samples/course.json' with { type: 'json' }
import multiStage from '../../../../resources/samples/multi-stage.json' with { type: 'json' }
import python from '../../../../resources/samples/python.json' with { type: 'json' }
import staticSite from '../../../../resources/samples/static-site.json' with { type: 'json' }

/** A folder that ships with the app: relative path to text. */
interface Sample extends SampleInfo {
  readonly files: Readonly<Record<string, string>>
}

const ALL: readonly Sample[] = [
  { key: 'course', name: "The course's Dockerfile", description: 'Java 7 on Ubuntu 12.04: builds in 2014, fails in 2018 and fails elsewhere today.', files: course.files },
  { key: 'static-site', name: 'A static site on nginx', description: 'A page in a layer; publish port 80 and open it.', files: staticSite.files },
  { key: 'multi-stage', name: 'A multi-stage build', description: 'A large stage makes a file, a small image ships it.', files: multiStage.files },
  { key: 'python', name: 'A Python script', description: 'A program and its interpreter in one image.', files: python.files },
]

export const SAMPLES: readonly SampleInfo[] = ALL.map(({ key, name, description }) => ({ key, name, description }))

export function findSample(key: string): Sample | undefined {
  return ALL.find((sample) => sample.key === key)
}
