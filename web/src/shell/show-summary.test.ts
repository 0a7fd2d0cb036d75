import { describe, expect, it } from 'vitest';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { makeDestination } from '../../../test/support/make-destination.ts';
import { makeFlow } from '../../../test/support/make-flow.ts';
import { summarizeShow } from './show-summary.ts';

const STARTED = '2026-11-21T18:00:00.000Z';
const LATER = '2026-11-21T18:10:00.000Z';
const AT_ONCE = '2026-11-21T18:00:01.000Z';

const { health } = makeDestination();
const running = { status: 'running', desired: 'running', runningSince: STARTED } as const;
const onAir = makeDestination({ ...running, onAir: true, health: { ...health, level: 'good', since: STARTED } });
const waitingSince = (since: string | null): DestinationResource =>
  makeDestination({ ...running, health: { ...health, level: 'waiting_for_source', severity: 'transient', since } });
const flow = (state: FlowStatusResource['source']['state'], changes: Partial<FlowStatusResource['source']> = {}) =>
  makeFlow({ source: { ...makeFlow().source, state, ...changes } });

/** Returns the header's text in one line. */
function headline(destinations: DestinationResource[], source: FlowStatusResource): string {
  const { source: shown, onAir: count, total, problems, pending } = summarizeShow(destinations, source);
  return [`${shown?.fullWord} (${shown?.tone})`, `${count} of ${total}`, `${problems.length} problems`, pending?.words]
    .filter(Boolean)
    .join(' · ');
}

describe('summarizeShow', () => {
  it('shows a show without problems', () => {
    expect(headline([onAir, onAir], flow('connected'))).toBe('Source connected (air) · 2 of 2 · 0 problems');
  });

  it('reports a source lost on air as a problem', () => {
    const lost = [waitingSince(LATER), waitingSince(LATER)];
    expect(headline(lost, flow('waiting'))).toBe('Source lost (attention) · 0 of 2 · 1 problems · 2 waiting');
    expect(headline(lost, flow('off'))).toBe('Source off (attention) · 0 of 2 · 1 problems · 2 waiting');
    expect(headline(lost, flow('failed'))).toBe('Source failed (attention) · 0 of 2 · 1 problems · 2 waiting');
    expect(summarizeShow(lost, flow('waiting')).problems[0]).toMatchObject({
      destination: null,
      reason: 'No signal from the encoder. 2 destinations are off air',
    });
  });

  it('treats an unknown time of the loss as a loss', () => {
    expect(headline([waitingSince(null)], flow('waiting'))).toContain('Source lost (attention)');
  });

  it('reports no problem when destinations started before the encoder', () => {
    const early = [waitingSince(AT_ONCE)];
    expect(headline(early, flow('waiting'))).toBe('Waiting for an encoder (waiting) · 0 of 1 · 0 problems · 1 waiting');
  });

  it('never shows waiting beside destinations on air, or on air beside a lost source', () => {
    expect(headline([onAir, onAir], flow('waiting'))).toBe('Checking the source (motion) · 2 of 2 · 0 problems');
    expect(headline([onAir, waitingSince(LATER)], flow('waiting'))).toBe(
      'Checking the source (motion) · 1 of 2 · 0 problems · 1 waiting',
    );
  });

  it('reports a connected encoder without a picture as a problem, but not right after it returns', () => {
    const lost = [waitingSince(LATER)];
    const back = flow('connected', { since: '2026-11-21T18:20:00.000Z' });
    expect(headline(lost, { ...back, observedAt: '2026-11-21T18:20:05.000Z' })).toContain('Source connected (air)');
    expect(headline(lost, { ...back, observedAt: '2026-11-21T18:20:20.000Z' })).toBe(
      'Source without picture (attention) · 0 of 1 · 1 problems · 1 waiting',
    );
  });

  it('lists the source first, then failed destinations including the preview', () => {
    const failed = makeDestination({ name: 'Alpha', status: 'error' });
    const preview = makeDestination({ name: 'Preview', primary: true, status: 'error' });
    const { problems, total } = summarizeShow([preview, failed, onAir], flow('failed'));
    expect([problems.map(({ name }) => name), total]).toEqual([['Source failed', 'Preview', 'Alpha'], 2]);
  });

  it('lists requested destinations that are not on air as pending', () => {
    const starting = makeDestination({ desired: 'running', status: 'starting' });
    const unseen = makeDestination({ ...running, health: { ...health, level: 'good' } });
    const reconnecting = makeDestination({ ...running, health: { ...health, level: 'reconnecting' } });
    expect(summarizeShow([starting, reconnecting, onAir], flow('connected')).pending).toEqual({
      words: '1 in progress · 1 degraded',
      tone: 'motion',
    });
    expect(summarizeShow([unseen], flow('connected')).pending).toEqual({ words: '1 not seen lately', tone: 'stale' });
    expect(summarizeShow([onAir], flow('connected')).pending).toBeNull();
  });

  it('is calm only while no problem is known and the source feeds what is on air', () => {
    const isCalm = (...given: Parameters<typeof summarizeShow>): boolean => summarizeShow(...given).isCalm;
    expect(isCalm([onAir], flow('connected'))).toBe(true);
    expect(isCalm([makeDestination()], flow('off'))).toBe(true);
    expect(isCalm([onAir], flow('waiting'))).toBe(false);
    expect(isCalm([waitingSince(AT_ONCE)], flow('waiting'))).toBe(false);
    expect(isCalm([onAir, makeDestination({ status: 'error' })], flow('connected'))).toBe(false);
  });
});
