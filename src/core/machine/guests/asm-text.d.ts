/** Assembly sources come as text. */
declare module '*.asm?raw' {
  const text: string
  export default text
}

declare module '*.inc?raw' {
  const text: string
  export default text
}
