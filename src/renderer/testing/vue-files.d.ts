/** For plain TypeScript, which cannot look into .vue files; vue-tsc can, and does not need this. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue'

  const component: DefineComponent
  export default component
}
