/** What a mark means; amber (`fault`) is the simulated world, never the app. */
export type Tone = 'running' | 'paused' | 'off' | 'fault' | 'accent' | 'removed' | 'plain'
