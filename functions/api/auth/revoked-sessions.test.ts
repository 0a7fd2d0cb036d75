import { expect, it } from 'vitest';
import { createRevokedSessions } from './revoked-sessions.ts';

const time = { seconds: 1_000 };
const now = () => new Date(time.seconds * 1000);

function makeStore() {
  let kept: unknown = null;
  return {
    load: () => kept,
    save: (state: unknown) => void (kept = JSON.parse(JSON.stringify(state))),
    read: () => kept,
  };
}

it('keeps ended sessions over a restart, and forgets expired ones', () => {
  const store = makeStore();
  const revoked = createRevokedSessions({ store, now });
  revoked.add({ id: 'one', expiresAt: 2_000 });
  const restarted = createRevokedSessions({ store, now });
  expect(restarted.has({ id: 'one', expiresAt: 2_000 })).toBe(true);
  expect(restarted.has({ id: 'other', expiresAt: 2_000 })).toBe(false);
  time.seconds = 2_001;
  restarted.add({ id: 'two', expiresAt: 3_000 });
  expect(store.read()).toMatchObject({ sessions: { two: 3_000 } });
  expect(JSON.stringify(store.read())).not.toContain('one');
});

it('ends all older sessions when it drops an entry, and never accepts an ended session again', () => {
  const store = makeStore();
  const revoked = createRevokedSessions({ store, now, keptMax: 2 });
  for (const [id, expiresAt] of [
    ['a', 4_000],
    ['b', 5_000],
    ['c', 6_000],
  ] as const)
    revoked.add({ id, expiresAt });
  const restarted = createRevokedSessions({ store, now, keptMax: 2 });
  for (const [id, expiresAt] of [
    ['a', 4_000],
    ['b', 5_000],
    ['c', 6_000],
  ] as const)
    expect(restarted.has({ id, expiresAt })).toBe(true);
  expect(restarted.has({ id: 'older than a', expiresAt: 3_999 })).toBe(true);
  expect(restarted.has({ id: 'newer than a', expiresAt: 4_001 })).toBe(false);
});

it('throws when storing fails, and still revokes the session until the restart', () => {
  const full = () => {
    throw new Error('ENOSPC');
  };
  const revoked = createRevokedSessions({ store: { load: () => null, save: full }, now });
  expect(() => revoked.add({ id: 'one', expiresAt: 9_000 })).toThrow('ENOSPC');
  expect(revoked.has({ id: 'one', expiresAt: 9_000 })).toBe(true);
});
