/** A tag to propose for a build folder: lower case, only what a reference may hold. `Course: Java 7` is `course-java-7`. */
export function proposeTag(contextName: string): string {
  const name = contextName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '')
  return `${name === '' ? 'image' : name}:latest`
}
