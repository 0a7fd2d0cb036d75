import { describe, expect, it } from 'vitest';
import { flowStoppedLine, sourceLineOf, switchLineOf, type SourceSighting } from './source-timeline.ts';
import { mentionsOf, toUptimeChanges, uptimeWithin } from './uptime.ts';

const at = (time: string) => `2026-11-21T${time}Z`;
const seen = (time: string, connected: boolean | null, lostSince: string | null = null): SourceSighting => ({
  observedAt: at(time),
  connected,
  lostSince: lostSince === null ? null : at(lostSince),
});

describe('the source’s lines on the timeline', () => {
  const connected = seen('10:00:00', true);
  const lost = seen('10:05:00', false, '10:04:58');

  it('name the first connection, and nothing while it lasts', () => {
    expect(sourceLineOf(null, connected)).toMatchObject({ at: at('10:00:00'), source: { state: 'connected' } });
    expect(sourceLineOf(connected, seen('10:00:01', true))).toBeNull();
    expect(sourceLineOf(connected, seen('10:00:01', null))).toBeNull();
  });

  it('make one line of a loss: at its beginning, completed with its duration in the same place', () => {
    const begun = sourceLineOf(connected, lost)!;
    const over = sourceLineOf(lost, seen('10:06:00', true))!;
    expect(begun).toMatchObject({ at: at('10:04:58'), detail: 'the encoder disconnected' });
    expect(over).toMatchObject({ at: begun.at, detail: 'the encoder was disconnected for 1 min 2 s' });
    expect(over.source).toEqual({ state: 'lost', until: at('10:06:00') });
  });

  it('begin again after the flow stopped, whatever was so before', () => {
    const stopped = { ...connected, flowStoppedAt: at('10:10:00') };
    expect(sourceLineOf(stopped, seen('11:00:00', true))).toMatchObject({ source: { state: 'connected' } });
    expect(sourceLineOf(stopped, seen('11:00:00', false, '11:00:00'))).toMatchObject({ source: { state: 'lost' } });
  });

  it.each([
    ['no earlier sighting, and the main one is in use', undefined, false, null],
    ['no earlier sighting, and the backup is in use', undefined, true, 'Switched to the backup source'],
    ['the main one, then the backup', false, true, 'Switched to the backup source'],
    ['the backup, then the main one', true, false, 'Switched to the main source'],
    ['the backup, which stays', true, true, null],
    ['the backup, and then nothing is known', true, null, null],
  ])('say a change of sources once: %s', (_case, before, after, detail) => {
    const sighting = (onBackup: boolean | null): SourceSighting => ({ ...connected, onBackup });
    const line = switchLineOf(before === undefined ? null : sighting(before), sighting(after));
    expect(line?.detail ?? null).toBe(detail);
  });

  it('give the source its uptime while the flow runs', () => {
    const entries = [
      sourceLineOf(null, connected)!,
      sourceLineOf(lost, seen('10:06:00', true))!,
      flowStoppedLine(at('10:10:00')),
    ];
    const changes = toUptimeChanges(entries.flatMap((entry) => mentionsOf({ operation: null, entry })));
    const window = { from: new Date(at('00:00:00')), to: new Date(at('23:59:59')) };
    expect(uptimeWithin(changes, window)).toMatchObject({
      wantedSeconds: 600,
      seconds: { delivering: 600 - 62, waiting: 62 },
      reasons: [{ state: 'waiting', reason: 'no_source', seconds: 62 }],
    });
  });
});
