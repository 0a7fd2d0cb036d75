import { describe, expect, it } from 'vitest';
import { ABOUT_NOTHING, EVENT_MEANINGS, EVENT_TYPES, eventIdOf, testEvent, toWebhookBody } from './webhook-events.ts';

describe('an event', () => {
  it('has an id that is the same for the same happening and another for every other', () => {
    expect(eventIdOf('destination.created', 'dst_1')).toBe(eventIdOf('destination.created', 'dst_1'));
    expect(eventIdOf('destination.created', 'dst_1', 2)).not.toBe(eventIdOf('destination.created', 'dst_12'));
    expect(eventIdOf('destination.created', 'dst_1')).not.toBe(eventIdOf('destination.deleted', 'dst_1'));
    expect(eventIdOf('destination.created', 'dst_1')).toMatch(/^evt_[0-9a-f]{32}$/);
  });

  it('of every type is described', () => {
    expect(Object.keys(EVENT_MEANINGS)).toEqual([...EVENT_TYPES]);
  });

  it('is sent without the texts and filters that are ours', () => {
    const event = testEvent('tgt_1', 'Studio', new Date('2026-11-21T18:00:00.000Z'));
    expect(event.about).toEqual(ABOUT_NOTHING);
    expect(JSON.parse(toWebhookBody(event))).toEqual({
      type: 'notification.test',
      timestamp: '2026-11-21T18:00:00.000Z',
      data: { targetId: 'tgt_1' },
    });
  });
});
