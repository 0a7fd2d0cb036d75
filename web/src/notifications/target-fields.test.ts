import { describe, expect, it } from 'vitest';
import type { TargetResource } from '../../../functions/api/schemas/notifications.ts';
import { DEFAULT_FILTER } from '../../../functions/domain/notification-target.ts';
import { toFormValues, toNewTarget, toTargetChange } from './target-fields.ts';

const NEW = toFormValues(null);
const TARGET: TargetResource = {
  targetId: 'tgt_a',
  name: 'Studio',
  kind: 'webhook',
  email: null,
  urlHost: 'hooks.example.com',
  subscription: null,
  companion: null,
  filter: NEW.filter,
  isEnabled: true,
  disabledReason: null,
  failuresInSequence: 0,
  failingSince: null,
  lastDelivery: null,
  signingSecrets: [],
  createdAt: '2026-12-01T12:00:00Z',
  lastModified: '2026-12-01T12:00:00Z',
  createdBy: 'operator',
};

describe('a new target', () => {
  it('starts with the API’s default filter', () => {
    expect(NEW.filter).toEqual(DEFAULT_FILTER);
  });

  it('sends its address in the field of its kind, without spaces around it', () => {
    const values = { ...NEW, name: ' Studio ', address: ' https://a.example ' };
    expect(toNewTarget(values)).toMatchObject({ name: 'Studio', kind: 'webhook', url: 'https://a.example' });
    expect(toNewTarget({ ...values, kind: 'email', address: 'a@b.example' })).toMatchObject({ email: 'a@b.example' });
  });

  it('leaves out an empty address, which the API names as missing', () => {
    expect(toNewTarget(NEW)).not.toHaveProperty('url');
  });
});

describe('the settings of Companion', () => {
  const companion = { variable: 'sluice', pressOnOpen: { page: 1, row: 0, column: 2 }, pressOnResolve: null };
  const stored: TargetResource = { ...TARGET, kind: 'companion', companion };

  it('are typed as a name and places, and sent as numbers', () => {
    const values = toFormValues(stored);
    expect(values.companion).toEqual({ variable: 'sluice', pressOnOpen: '1/0/2', pressOnResolve: '' });
    expect(toNewTarget(values)).toMatchObject({ kind: 'companion', companion });
    expect(toNewTarget({ ...values, kind: 'slack' })).not.toHaveProperty('companion');
  });

  it('are sent as a whole when one differs, and a place that cannot be read is refused by the API', () => {
    const values = toFormValues(stored);
    expect(toTargetChange(stored, values)).toEqual({});
    const typed = { ...values.companion, pressOnResolve: 'button 3' };
    expect(toTargetChange(stored, { ...values, companion: typed })).toEqual({
      companion: { ...companion, pressOnResolve: { page: 0, row: 0, column: 0 } },
    });
  });
});

describe('a change of a target', () => {
  it('is empty when nothing differs', () => {
    expect(toTargetChange(TARGET, toFormValues(TARGET))).toEqual({});
  });

  it('holds only what differs, so that the stored URL and changes made elsewhere stay', () => {
    const values = toFormValues(TARGET);
    expect(toTargetChange(TARGET, { ...values, name: 'Other' })).toEqual({ name: 'Other' });
    expect(toTargetChange(TARGET, { ...values, address: 'https://b.example' })).toEqual({ url: 'https://b.example' });
    expect(toTargetChange(TARGET, { ...values, isEnabled: false })).toEqual({ isEnabled: false });
    expect(toTargetChange(TARGET, { ...values, filter: { ...values.filter, groups: ['Sunday'] } })).toEqual({
      filter: { groups: ['Sunday'] },
    });
  });
});
