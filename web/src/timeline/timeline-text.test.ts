import { describe, expect, it } from 'vitest';
import { type TimelineEntry, timelineActor, timelineWords } from './timeline-text.ts';

const entry: TimelineEntry = {
  at: '2026-11-21T18:00:00.000Z',
  actor: 'operator',
  kind: 'operation_began',
  detail: 'start began',
  operationId: 'op_1',
};

describe('timelineWords', () => {
  it('removes the code of a health change', () => {
    const health = { ...entry, kind: 'health' as const, detail: 'stream_key_rejected: the platform refused the key' };
    expect(timelineWords(health)).toBe('The platform refused the key');
  });

  it('shows the code in words when a health change has no other text', () => {
    expect(timelineWords({ ...entry, kind: 'health', detail: 'not_running: ' })).toBe('Not running');
  });

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
