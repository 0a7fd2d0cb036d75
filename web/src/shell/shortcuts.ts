import { paths } from '../app/paths.ts';

/** What a key does. */
export type ShortcutAction =
  | { kind: 'go'; path: string }
  | { kind: 'move'; by: 1 | -1 }
  | { kind: 'search' | 'transport' | 'help' };

interface Shortcut {
  /** Keys pressed one after the other, as `KeyboardEvent.key` names them. */
  keys: readonly string[];
  words: string;
  action: ShortcutAction;
}

/** All keyboard shortcuts; the help sheet shows this list. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['?'], words: 'Show this help', action: { kind: 'help' } },
  { keys: ['/'], words: 'Search destinations', action: { kind: 'search' } },
  { keys: ['j'], words: 'Next destination', action: { kind: 'move', by: 1 } },
  { keys: ['k'], words: 'Previous destination', action: { kind: 'move', by: -1 } },
  {
    keys: ['s'],
    words: 'Start or stop the focused destination, with the usual confirmation',
    action: { kind: 'transport' },
  },
  { keys: ['n'], words: 'Add a destination', action: { kind: 'go', path: paths.addDestination } },
  { keys: ['g', 's'], words: 'Go to the show', action: { kind: 'go', path: paths.show } },
  { keys: ['g', 'd'], words: 'Go to destinations', action: { kind: 'go', path: paths.destinations } },
  { keys: ['g', 't'], words: 'Go to the timeline', action: { kind: 'go', path: paths.timeline } },
  { keys: ['g', 'l'], words: 'Go to unused resources', action: { kind: 'go', path: paths.orphans } },
  { keys: ['g', 'p'], words: 'Go to settings (preferences)', action: { kind: 'go', path: paths.settings } },
];

/** Longest pause between the keys of a shortcut. */
const TOGETHER_WITHIN_MS = 1500;

/** Pressed keys that may become a shortcut. */
export interface Pressed {
  keys: readonly string[];
  atMs: number;
}

/**
 * Adds a key. Pure.
 * @returns the completed action, if any, and the remaining pressed keys
 */
export function pressKey(
  before: Pressed,
  key: string,
  nowMs: number,
): { action: ShortcutAction | null; pressed: Pressed } {
  const isTogether = nowMs - before.atMs <= TOGETHER_WITHIN_MS;
  // A key that does not continue the previous keys starts a new sequence.
  for (const keys of [[...(isTogether ? before.keys : []), key], [key]]) {
    const begun = SHORTCUTS.filter((shortcut) => keys.every((each, index) => shortcut.keys[index] === each));
    const complete = begun.find((shortcut) => shortcut.keys.length === keys.length);
    if (complete) return { action: complete.action, pressed: { keys: [], atMs: nowMs } };
    if (begun.length > 0) return { action: null, pressed: { keys, atMs: nowMs } };
  }
  return { action: null, pressed: { keys: [], atMs: nowMs } };
}
