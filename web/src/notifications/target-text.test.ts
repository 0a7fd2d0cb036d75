import { describe, expect, it } from 'vitest';
import { SEND_ERRORS } from '../../../functions/domain/delivery.ts';
import { toFormValues } from './target-fields.ts';
import { describeDelivery, describeFilter, describeOutcome, describeState, describeTest } from './target-text.ts';

const NAMES = {
  events: [],
  destinations: [{ value: 'dst_a', label: 'Main' }],
  rules: [{ value: 'source_lost', label: 'Source lost' }],
};
const { filter } = toFormValues(null);
const NOW_MS = Date.parse('2026-12-01T12:00:00Z');
const WORKING = {
  isEnabled: true,
  subscription: null,
  disabledReason: null,
  failingSince: null,
  failuresInSequence: 0,
  lastDelivery: null,
};
const ATTEMPT = { at: '2026-12-01T12:00:00Z', status: 204, error: null, durationMs: 12, answer: '' };

describe('a filter', () => {
  it('of a new target is incidents without drills', () => {
    expect(describeFilter(filter, NAMES)).toBe('incident.opened, incident.resolved · without drills');
  });

  it('names destinations and rules, and keeps the id of what no longer exists', () => {
    const limited = {
      eventTypes: [],
      severities: ['high' as const, 'medium' as const],
      rules: ['source_lost'],
      destinationIds: ['dst_a', 'dst_gone'],
      groups: ['Sunday', 'Weekday'],
      includesDrills: true,
    };
    expect(describeFilter(limited, NAMES)).toBe(
      'All events · severity high or medium · rules: Source lost · only Main, dst_gone · groups Sunday, Weekday · with drills',
    );
  });
});

describe('the state of a target', () => {
  it('asks for what its address still needs, until it is disabled', () => {
    const failing = { ...WORKING, failingSince: '2026-12-01T11:00:00Z', failuresInSequence: 4 };
    const shown = (['waiting', 'missing', 'unknown'] as const).map((subscription) =>
      describeState({ ...failing, subscription }, NOW_MS),
    );
    expect(shown).toMatchObject([
      { tone: 'waiting', text: expect.stringMatching(/^Waiting for confirmation: open the link/) },
      { tone: 'attention', text: expect.stringMatching(/^Not subscribed: save the address again/) },
      { tone: 'waiting', text: expect.stringMatching(/^Confirmation unknown/) },
    ]);
    expect(describeState({ ...failing, subscription: 'confirmed' }, NOW_MS).text).toMatch(/^Failing since/);
    const disabled = { ...failing, isEnabled: false, disabledReason: 'operator' as const };
    expect(describeState({ ...disabled, subscription: 'waiting' }, NOW_MS).text).toBe('Disabled');
  });

  it('is disabled before anything else, with the reason', () => {
    const failing = { ...WORKING, failingSince: '2026-12-01T11:00:00Z', failuresInSequence: 4 };
    expect(describeState({ ...failing, isEnabled: false, disabledReason: 'operator' }, NOW_MS)).toEqual({
      tone: 'off',
      text: 'Disabled',
    });
    expect(describeState({ ...failing, isEnabled: false, disabledReason: 'gone' }, NOW_MS)).toEqual({
      tone: 'attention',
      text: 'Disabled: the receiver answered 410',
    });
  });

  it('says since when and how often it fails', () => {
    const failing = { ...WORKING, failingSince: '2026-12-01T11:00:00Z', failuresInSequence: 1 };
    expect(describeState(failing, NOW_MS).text).toMatch(/^Failing since .+ \(1 attempt\)$/);
    expect(describeState({ ...failing, failuresInSequence: 4 }, NOW_MS).text).toMatch(/\(4 attempts\)$/);
  });

  it('works only after an accepted message', () => {
    const last = { at: '2026-12-01T11:00:00Z', title: 'Source lost', status: 204, isAccepted: true };
    const texts = [null, last, { ...last, status: 500, isAccepted: false }].map(
      (lastDelivery) => describeState({ ...WORKING, lastDelivery }, NOW_MS).text,
    );
    expect(texts).toEqual(['Ready, nothing sent yet', 'Works', 'Last message failed']);
  });
});

describe('an attempt', () => {
  it('has a text for every error', () => {
    for (const error of SEND_ERRORS) {
      expect(describeOutcome({ status: null, error })).toMatch(/^[A-Z][A-Za-z ]+$/);
    }
    expect(describeOutcome({ status: null, error: null })).toBe('No answer');
    expect(describeOutcome({ status: 550, error: 'mail_refused' })).toBe('550, mail refused');
  });

  it('of a test says whether it was accepted, how long it took and what the receiver answered', () => {
    expect(describeTest({ attempts: [ATTEMPT] })).toBe('Accepted: 204 after 12 ms');
    expect(describeTest({ attempts: [{ ...ATTEMPT, status: 500, answer: ' no room ' }] })).toBe(
      'Not accepted: 500 after 12 ms: no room',
    );
    expect(describeTest({ attempts: [{ ...ATTEMPT, status: 302 }] })).toMatch(/^Not accepted/);
  });
});

describe('a delivery', () => {
  it('names its next attempt only while it is repeated', () => {
    const waiting = { state: 'pending' as const, attempts: [ATTEMPT], nextAttemptAt: '2026-12-01T12:05:00Z' };
    expect(describeDelivery(waiting, NOW_MS).text).toMatch(/^Next attempt /);
    expect(describeDelivery({ ...waiting, attempts: [] }, NOW_MS).text).toBe('Sending');
    expect(describeDelivery({ ...waiting, state: 'delivered', nextAttemptAt: null }, NOW_MS).text).toBe('Delivered');
  });
});
