import { describe, expect, it } from 'vitest';
import { makeFlow } from '../../../test/support/make-flow.ts';
import { presentListener, whyNoSwitch } from './listener-presentation.ts';

const listener = (role: 'main' | 'backup', isInUse: boolean | null, isConnected: boolean | null) => ({
  ...{ role, isInUse, isConnected, bitrateBps: null, packetLossPercent: null, roundTripMs: null, lastSeenAt: null },
  ingest: makeFlow().ingest,
});

describe('one of two sources', () => {
  it.each([
    { case: 'in use', source: listener('backup', true, true), tone: 'air', word: 'In use' },
    { case: 'in reserve', source: listener('backup', false, true), tone: 'off', word: 'Ready' },
    { case: 'not known', source: listener('main', null, null), tone: 'stale', word: 'Unknown' },
    {
      case: 'main, while the backup is used',
      source: listener('main', false, false),
      tone: 'attention',
      word: 'No signal',
    },
    { case: 'main, before any encoder', source: listener('main', true, false), tone: 'waiting', word: 'No signal' },
    {
      case: 'backup, before its encoder',
      source: listener('backup', false, false),
      tone: 'waiting',
      word: 'No signal',
    },
  ])('is shown as $word when $case', ({ source, tone, word }) => {
    expect(presentListener(source, true)).toMatchObject({ tone, word });
    expect(presentListener(source, false).word).toBe('Off');
  });

  it('can be switched to unless it is known to receive nothing', () => {
    expect(whyNoSwitch(listener('backup', false, true), true)).toBeUndefined();
    expect(whyNoSwitch(listener('backup', null, null), true)).toBeUndefined();
    expect(whyNoSwitch(listener('backup', false, false), true)).toContain('connect its encoder');
    expect(whyNoSwitch(listener('backup', false, true), false)).toContain('Start the source');
  });
});
