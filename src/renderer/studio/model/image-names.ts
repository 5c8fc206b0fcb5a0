/** A tag to propose for a build folder: lower case, only what a reference may hold. `The course's file` is `the-courses-file`. */
export function proposeTag(contextName: string): string {
  const name = contextName.toLowerCase().replaceAll(/['’]/g, '').replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '')
  return `${name === '' ? 'image' : name}:latest`
}
