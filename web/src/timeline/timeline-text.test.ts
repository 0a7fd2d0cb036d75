import { describe, expect, it } from 'vitest';
import { type TimelineEntry, timelineActor, timelineWords } from './timeline-text.ts';

const entry: TimelineEntry = {
  at: '2026-11-21T18:00:00.000Z',
  actor: 'operator',
  kind: 'operation_began',
  code: null,
  detail: 'start began',
  operationId: 'op_1',
};

describe('timelineWords', () => {
  it('keeps the whole text of an operation, including colons', () => {
    const ended = { ...entry, kind: 'operation_ended' as const, detail: 'start failed: no channel left' };
    expect(timelineWords(ended)).toBe('Start failed: no channel left');
  });

  it('lists the changed fields of an edit', () => {
    expect(timelineWords({ ...entry, kind: 'edited', detail: 'name, preset' })).toBe('Edited: name, preset');
  });
});

describe('timelineActor', () => {
  it('distinguishes automatic actions from those of a user', () => {
    expect(timelineActor(entry)).toBe('Operator');
    expect(timelineActor({ ...entry, actor: 'sweep' })).toBe('Automatic');
  });
});
