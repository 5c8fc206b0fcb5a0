/** Every symbol of icons.svg; a test compares the two. */
export const ICON_NAMES = [
  'logo', 'play', 'pause', 'off', 'fault', 'step', 'back', 'next', 'host', 'laptop', 'vm', 'ctr', 'net', 'shield', 'hidden', 'eye',
  'search', 'right', 'down', 'plus', 'minus', 'fit', 'mark', 'branch', 'lab', 'layers', 'file', 'folder', 'chip', 'clock', 'check',
  'x', 'help', 'term', 'copy', 'more', 'undo', 'move', 'arrow', 'bulb', 'disk', 'mem', 'trap', 'exit', 'inject', 'hyper', 'io',
  'walk', 'xlate', 'hit', 'miss', 'none', 'sun', 'globe', 'cap', 'board', 'tree', 'doc', 'filter', 'gear', 'screen', 'stack', 'lock',
] as const

export type IconName = (typeof ICON_NAMES)[number]
