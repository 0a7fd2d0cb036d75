import { describe, expect, it } from 'vitest';
import { makeManualClock } from '../../../test/support/rtmp.ts';
import type { ListenerName } from './contract.ts';
import { createSourceChoice } from './source-choice.ts';
import type { SourceLane } from './source-lane.ts';
import { SILENT_MS } from './source-selection.ts';
import type { SourceStream } from './source-stream.ts';

const STEP_MS = 10;
const TIMES = { decodeTicks: 0, atMs: 0, presentationTicks: 0, soundTicks: null };
const GROUP = { bytes: Buffer.alloc(0), keyframeTicks: 0, keyframeShownTicks: 0, newest: TIMES };

/** Two listeners of a flow, of which those named in `delivering` get data every 10 ms. */
function setUp() {
  const clock = makeManualClock();
  const heardAtMs: Partial<Record<ListenerName, number>> = {};
  const delivering = new Set<ListenerName>(['main', 'backup']);
  const lane = (name: ListenerName) =>
    ({
      flow: () => ({
        isDelivering: clock.now() - (heardAtMs[name] ?? 0) <= SILENT_MS,
        sinceMs: clock.now(),
        isReady: true,
      }),
      select() {},
      group: () => GROUP,
    }) as unknown as SourceLane;
  const lanes = new Map<ListenerName, SourceLane>([
    ['main', lane('main')],
    ['backup', lane('backup')],
  ]);
  const stream = { push() {}, begin() {}, continueWith: () => true } as unknown as SourceStream;
  const choice = createSourceChoice({
    ...{ lanes, stream, clock, preferred: undefined, newest: () => TIMES, onChange() {} },
  });
  choice.watch();
  const run = (ms: number, until = () => false) => {
    const endMs = clock.now() + ms;
    while (clock.now() < endMs && !until()) {
      for (const name of delivering) {
        heardAtMs[name] = clock.now();
        choice.take(name, Buffer.alloc(0));
      }
      clock.advance(STEP_MS);
    }
  };
  return { choice, clock, delivering, run };
}

describe('the choice of the source', () => {
  it('changes within 600 ms of the last data of the encoder in use, and stays with the other one', () => {
    const { choice, clock, delivering, run } = setUp();
    run(5_000);
    expect(choice.selected()).toBe('main');
    delivering.delete('main');
    const lostAtMs = clock.now() - STEP_MS;
    run(5_000, () => choice.selected() === 'backup');
    const elapsedMs = clock.now() - lostAtMs;
    expect(elapsedMs).toBeGreaterThan(SILENT_MS);
    expect(elapsedMs).toBeLessThanOrEqual(600);
    delivering.add('main');
    run(10_000);
    expect([choice.selected(), choice.switches()]).toEqual(['backup', 1]);
  });
});
