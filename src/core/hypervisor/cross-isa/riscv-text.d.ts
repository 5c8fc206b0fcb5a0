/** RISC-V sources come as text. */
declare module '*.s?raw' {
  const text: string
  export default text
}
