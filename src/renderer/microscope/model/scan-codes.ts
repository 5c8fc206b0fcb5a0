/** Keys of a PC keyboard by the browser's physical names; scan codes of set 1. A key that is not here is not sent. */
const ROWS: readonly (readonly [number, string])[] = [
  [0x01, 'Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace'],
  [0x0f, 'Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter'],
  [0x1d, 'ControlLeft KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote'],
  [0x2a, 'ShiftLeft Backslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft Space CapsLock'],
  [0x47, 'Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal'],
]

/** Keys that a later keyboard has twice: the same code as the one on the number pad. */
const TWINS: readonly (readonly [string, number])[] = [
  ['ArrowUp', 0x48], ['ArrowLeft', 0x4b], ['ArrowRight', 0x4d], ['ArrowDown', 0x50], ['Home', 0x47], ['End', 0x4f], ['PageUp', 0x49], ['PageDown', 0x51],
  ['Delete', 0x53], ['Insert', 0x52], ['NumpadEnter', 0x1c], ['ControlRight', 0x1d], ['AltRight', 0x38], ['NumpadDivide', 0x35],
]

const CODES: ReadonlyMap<string, number> = new Map([
  ...ROWS.flatMap(([first, keys]) => keys.split(' ').map((key, at): [string, number] => [key, first + at])),
  ...TWINS,
])

/** Scan code of a physical key (`KeyboardEvent.code`), or undefined. */
export const scanCode = (code: string): number | undefined => CODES.get(code)
