import { describe, expect, it } from 'vitest';
import { chooseListener, type ListenerFlow } from './source-selection.ts';

const NOW_MS = 100_000;
const delivering: ListenerFlow = { isDelivering: true, sinceMs: 0, isReady: true };
const silent: ListenerFlow = { ...delivering, isDelivering: false };
const none = { isImmediate: false };

describe('the listener that feeds a flow', () => {
  it.each([
    ['stays while it delivers', delivering, delivering, none, 'main'],
    ['changes when it is silent', silent, delivering, none, 'backup'],
    ['stays when the other one is silent too', silent, silent, none, 'main'],
    ['stays until the other one has a keyframe', silent, { ...delivering, isReady: false }, none, 'main'],
    ['stays without a backup', silent, undefined, none, 'main'],
    [
      'changes to a preferred one that has delivered for a while',
      delivering,
      delivering,
      { preferred: 'backup', isImmediate: false },
      'backup',
    ],
    [
      'stays while a preferred one has just come back',
      delivering,
      { ...delivering, sinceMs: NOW_MS - 4_999 },
      { preferred: 'backup', isImmediate: false },
      'main',
    ],
    [
      'changes at once on request',
      delivering,
      { ...delivering, sinceMs: NOW_MS - 1 },
      { preferred: 'backup', isImmediate: true },
      'backup',
    ],
    [
      'does not change on request to a silent one',
      delivering,
      silent,
      { preferred: 'backup', isImmediate: true },
      'main',
    ],
    ['leaves a preferred one that is silent', silent, delivering, { preferred: 'main', isImmediate: true }, 'backup'],
  ] as const)('%s', (_what, main, backup, wanted, expected) => {
    expect(chooseListener('main', { main, ...(backup && { backup }) }, wanted, NOW_MS)).toBe(expected);
  });
});
