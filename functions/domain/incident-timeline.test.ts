import { expect, it } from 'vitest';
import { seen } from '../../test/support/make-incident.ts';
import { observe } from './incident-observe.ts';
import { DEFAULT_INCIDENT_SETTINGS } from './incident-settings.ts';
import { formatDuration, toTimelineEntry } from './incident-timeline.ts';
import { toNotification } from './incident-notification.ts';
import { acknowledge, type Incident } from './incident.ts';

const at = (seconds: number) => new Date(Date.parse('2026-11-21T18:00:00Z') + seconds * 1000);
const affected = ['One', 'Two'].map((name) => ({ destinationId: `dst_${name}`, name }));

/** Plays a loss of the source: observed at these seconds, with whether it is lost. */
function lost(...steps: [number, boolean][]): Incident {
  let incidents: Incident[] = [];
  for (const [seconds, isLost] of steps) {
    const observation = seen('source_lost', isLost, { affected, details: { lost: 'no signal from the encoder' } });
    incidents = observe(incidents, [observation], at(seconds), DEFAULT_INCIDENT_SETTINGS).incidents;
  }
  return incidents[0]!;
}

it('the loss of the source and its return are one line with duration and destinations', () => {
  const open = lost([0, true], [3, true]);
  const resolved = lost([0, true], [3, true], [63, false], [66, false]);
  const [before, after] = [open, resolved].map((incident) => toTimelineEntry(incident));
  expect(before!.entry.detail).toBe('Source lost: no signal from the encoder; affects One, Two');
  expect(after!.entry.detail).toBe('Source lost: no signal from the encoder; affects One, Two; lasted 1 min 3 s');
  expect([after!.owner.destinationId, after!.entry.at, after!.order]).toEqual([
    'source',
    before!.entry.at,
    before!.order,
  ]);
  expect(after!.revision).toBeGreaterThan(before!.revision);
});

it('the line says who acknowledged it, and names at most six destinations', () => {
  const many = Array.from({ length: 9 }, (_, index) => ({ destinationId: `dst_${index}`, name: `D${index}` }));
  const open = { ...lost([0, true], [3, true]), affected: many, isDrill: true };
  const { incident } = acknowledge(open, { by: 'anna', now: at(9) })!;
  const { detail } = toTimelineEntry(incident).entry;
  expect(detail).toMatch(/affects D0, D1, D2, D3, D4, D5 and 3 more; acknowledged by anna; a drill$/);
});

it.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [125, '2 min 5 s'],
  [3600, '1 h'],
  [7260, '2 h 1 min'],
])('%i seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

it('a notification has the duration until its own transition', () => {
  const resolved = lost([0, true], [3, true], [63, false], [66, false]);
  const told = resolved.due.map((due) => toNotification(resolved, due));
  expect(told.map(({ kind, durationSeconds }) => [kind, durationSeconds])).toEqual([
    ['opened', 3],
    ['resolved', 63],
  ]);
  expect(new Set(told.map(({ notificationId }) => notificationId)).size).toBe(2);
});
