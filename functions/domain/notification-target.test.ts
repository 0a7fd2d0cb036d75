import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkTarget,
  DEFAULT_FILTER,
  rotateSecret,
  signingSecrets,
  wantsEvent,
  type TargetFilter,
} from './notification-target.ts';
import { ABOUT_NOTHING, EVENT_SEVERITIES, EVENT_TYPES, testEvent, type SluiceEvent } from './webhook-events.ts';

const NOW = new Date('2026-11-21T18:00:00.000Z');
const remote = { loopbackAllowed: false };
const EVERYTHING: TargetFilter = { ...DEFAULT_FILTER, eventTypes: [], includesDrills: true };

function makeEvent(
  about: Partial<SluiceEvent['about']> = {},
  type: SluiceEvent['type'] = 'incident.opened',
): SluiceEvent {
  return { ...testEvent('tgt_1', 'x', NOW), type, about: { ...ABOUT_NOTHING, ...about } };
}
const wants = (filter: Partial<TargetFilter>, event: SluiceEvent) =>
  wantsEvent({ filter: { ...EVERYTHING, ...filter }, isEnabled: true }, event);

describe('where a target sends to', () => {
  it.each(['studio@example.com', 'a.b+c@mail.example.co.uk'])('accepts %s', (email) => {
    expect(checkTarget({ kind: 'email', email }, remote)).toEqual({ ok: true, email, url: null, urlHost: null });
  });

  it.each([
    '',
    'a',
    'a@b',
    'a@b.example,c@d.example',
    'a b@c.example',
    'a@b.example\r\nBcc: c@d.example',
    '"a"@b.example',
    '<a@b.example>',
    `${'a'.repeat(65)}@b.example`,
  ])('refuses the address %j', (email) => {
    expect(checkTarget({ kind: 'email', email }, remote)).toMatchObject({ ok: false, errors: [{ field: 'email' }] });
  });

  it('names the field that is missing or out of place', () => {
    const fieldOf = (input: Parameters<typeof checkTarget>[0]) => {
      const checked = checkTarget(input, remote);
      return checked.ok ? null : checked.errors[0]!.field;
    };
    expect(fieldOf({ kind: 'email' })).toBe('email');
    expect(fieldOf({ kind: 'email', email: 'a@b.example', url: 'https://a.example/' })).toBe('url');
    expect(fieldOf({ kind: 'webhook' })).toBe('url');
    expect(fieldOf({ kind: 'webhook', url: 'https://a.example/', email: 'a@b.example' })).toBe('email');
    expect(fieldOf({ kind: 'webhook', url: 'https://10.0.0.1/' })).toBe('url');
  });

  it('knows the hosts of the chats', () => {
    const isOk = (kind: 'slack' | 'discord' | 'teams', url: string) => checkTarget({ kind, url }, remote).ok;
    expect(isOk('slack', 'https://hooks.slack.com/services/T/B/x')).toBe(true);
    expect(isOk('slack', 'https://hooks.slack.com.evil.example/services/T/B/x')).toBe(false);
    expect(isOk('discord', 'https://discord.com/api/webhooks/1/x')).toBe(true);
    expect(isOk('discord', 'https://hooks.slack.com/services/T/B/x')).toBe(false);
    expect(isOk('teams', 'https://prod-1.westus.logic.azure.com:443/workflows/x?sig=y')).toBe(true);
    expect(isOk('teams', 'https://evil-logic.azure.com/x')).toBe(false);
  });
});

describe('the filter of a target', () => {
  it('admits everything when it lists nothing', () => {
    for (const type of EVENT_TYPES) expect(wants({}, makeEvent({}, type))).toBe(true);
  });

  it('compares type, severity and rule, and passes events that have none', () => {
    expect(wants({ eventTypes: ['incident.resolved'] }, makeEvent())).toBe(false);
    expect(wants({ severities: ['high'] }, makeEvent({ severity: 'low' }))).toBe(false);
    expect(wants({ severities: ['high'] }, makeEvent({ severity: 'high' }))).toBe(true);
    expect(wants({ severities: ['high'] }, makeEvent())).toBe(true);
    expect(wants({ rules: ['source_lost'] }, makeEvent({ rule: 'black_picture' }))).toBe(false);
    expect(wants({ rules: ['source_lost'] }, makeEvent({ rule: 'source_lost' }))).toBe(true);
  });

  it('takes a destination that is named itself or by its group', () => {
    const filter = { destinationIds: ['dst_a'], groups: ['Sunday'] };
    expect(wants(filter, makeEvent({ destinationId: 'dst_a' }))).toBe(true);
    expect(wants(filter, makeEvent({ destinationId: 'dst_b', group: 'Sunday' }))).toBe(true);
    expect(wants(filter, makeEvent({ destinationId: 'dst_b', group: 'Monday' }))).toBe(false);
    expect(wants(filter, makeEvent({ destinationId: 'dst_b' }))).toBe(false);
    expect(wants(filter, makeEvent())).toBe(true);
  });

  it('admits drills only when asked to, and nothing when disabled', () => {
    expect(wants({ includesDrills: false }, makeEvent({ isDrill: true }))).toBe(false);
    expect(wants({ includesDrills: true }, makeEvent({ isDrill: true }))).toBe(true);
    expect(wantsEvent({ filter: EVERYTHING, isEnabled: false }, makeEvent())).toBe(false);
  });

  it('never admits more when a list gets shorter, unless it becomes empty', () => {
    const severity = fc.constantFrom(...EVENT_SEVERITIES);
    fc.assert(
      fc.property(fc.uniqueArray(severity, { minLength: 2 }), severity, (severities, of) => {
        const event = makeEvent({ severity: of });
        const [fewer, all] = [wants({ severities: severities.slice(1) }, event), wants({ severities }, event)];
        expect(!fewer || all).toBe(true);
      }),
    );
  });
});

describe('the signing secrets', () => {
  const at = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);

  it('overlap for 24 hours after a rotation', () => {
    const first = rotateSecret([], 'one', NOW);
    const second = rotateSecret(first, 'two', at(1));
    const valid = (hours: number) => signingSecrets(second, at(hours)).map(({ ciphertext }) => ciphertext);
    expect(signingSecrets(first, at(1000)).map(({ ciphertext }) => ciphertext)).toEqual(['one']);
    expect(valid(24.99)).toEqual(['two', 'one']);
    expect(valid(25)).toEqual(['two']);
  });

  it('are never more than two', () => {
    const third = rotateSecret(rotateSecret(rotateSecret([], 'one', NOW), 'two', at(1)), 'three', at(2));
    expect(third.map(({ ciphertext }) => ciphertext)).toEqual(['three', 'two']);
  });
});
