import { describe, expect, it } from 'vitest';
import { putOperation, putTimelineEntry } from '../../aws/history-table.ts';
import { listOrphans, putOrphan } from '../../aws/orphan-table.ts';
import { settle, withOperation } from '../../domain/lifecycle.ts';
import {
  DESTINATION_ID,
  makeOrphan,
  makeRecord,
  makeRunning,
  NOW,
  STREAM_KEY,
  useTestApi,
} from '../../../test/support/api.ts';

const test = useTestApi();

const begin = { now: NOW, requestedBy: 'operator' };

describe('GET /api/destinations/{destinationId}/timeline', () => {
  const path = `/api/destinations/${DESTINATION_ID}/timeline`;
  const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

  it('200 lists actors, actions and outcomes, newest first', async () => {
    const error = {
      code: 'quota_exceeded',
      detail: 'the quota is reached',
      remedy: 'ask for more',
      at: NOW.toISOString(),
    };
    const failed = settle(
      withOperation(makeRecord(), 'start', begin),
      { outcome: 'failed', error },
      later(5),
    ).operation;
    await test.put(makeRunning());
    await putOperation(test.deps, makeRecord(), failed);
    const health = {
      at: later(9).toISOString(),
      actor: 'monitor',
      kind: 'health' as const,
      detail: 'no_source: nothing comes',
    };
    await putTimelineEntry(test.deps, makeRecord(), health, 1);
    const { status, body } = await test.call('GET', path);
    expect(status).toBe(200);
    const shown = body.data.map(({ actor, kind, code, detail }: Record<string, string>) => [actor, kind, code, detail]);
    expect(shown).toEqual([
      ['monitor', 'health', 'no_source', 'nothing comes'],
      ['workflow', 'operation_ended', error.code, 'start failed: the quota is reached'],
      ['operator', 'operation_began', null, 'start began'],
    ]);
  });

  it('200 shows the fields of an edit, and only the fact of a new key', async () => {
    const { destinationId } = await test.add();
    await test.call('PATCH', `/api/destinations/${destinationId}`, { body: { name: 'Other' } });
    await test.call('PUT', `/api/destinations/${destinationId}/stream-key`, { body: { streamKey: `${STREAM_KEY}-2` } });
    const { body, text } = await test.call('GET', `/api/destinations/${destinationId}/timeline`);
    const edits = body.data.filter(({ kind }: { kind: string }) => kind === 'edited');
    expect(edits.map(({ detail }: { detail: string }) => detail).toSorted()).toEqual(['name', 'streamKey']);
    expect(text).not.toContain(STREAM_KEY);
  });

  it('200 for a deleted destination, 404 for one that never existed', async () => {
    expect((await test.call('GET', path)).status).toBe(404);
    const gone = settle(withOperation(makeRecord(), 'teardown', begin), { outcome: 'succeeded' }, NOW).operation;
    await putOperation(test.deps, makeRecord(), gone);
    expect((await test.call('GET', path)).status).toBe(200);
  });

  it('422 for an unknown query parameter', async () => {
    expect((await test.call('GET', `${path}?since=1`)).status).toBe(422);
  });
});

describe('a destination whose health changes often', () => {
  it('has its newest 500 entries in its own timeline, and all of them page by page in the general one', async () => {
    const seconds = Array.from({ length: 510 }, (_, index) => index + 1);
    await test.put(makeRecord());
    const add = async (second: number) => {
      const at = new Date(NOW.getTime() - second * 1000).toISOString();
      await putTimelineEntry(test.deps, makeRecord(), { at, actor: 'monitor', kind: 'health', detail: '' }, 1);
    };
    // All at once, the last of them would wait longer for a connection than a client does.
    for (let first = 0; first < seconds.length; first += 30)
      await Promise.all(seconds.slice(first, first + 30).map(add));
    const edited = { at: new Date(NOW.getTime() - 1500).toISOString(), actor: 'operator', detail: 'name' };
    const { operation } = settle(withOperation(makeRecord(), 'start', begin), { outcome: 'succeeded' }, NOW);
    await putOperation(test.deps, makeRecord(), operation);
    await putTimelineEntry(test.deps, makeRecord(), { ...edited, kind: 'edited' }, 1);
    const { body } = await test.call('GET', `/api/destinations/${DESTINATION_ID}/timeline`);
    expect(body.data).toHaveLength(500);
    expect(body.data.slice(0, 4).map(({ kind }: { kind: string }) => kind)).toEqual([
      'operation_ended',
      'operation_began',
      'health',
      'edited',
    ]);
    expect(body.data.at(-1).at).toBe(new Date(NOW.getTime() - 497_000).toISOString());
    const page = await test.call('GET', `/api/timeline?destinationId=${DESTINATION_ID}&limit=200`);
    expect(page.body.nextCursor).not.toBeNull();
  });
});

describe('leftovers', () => {
  const release = (orphanId: string, query = '') => test.call('POST', `/api/orphans/${orphanId}/release${query}`);

  it('200 lists them with their price, null when it is unknown', async () => {
    await putOrphan(test.deps, makeOrphan());
    await putOrphan(test.deps, makeOrphan({ resource: 'input', resourceId: '42', state: 'DETACHED' }));
    const { status, body } = await test.call('GET', '/api/orphans');
    expect(status).toBe(200);
    const prices = body.data.map(({ resource, ...price }: Record<string, unknown>) => [
      resource,
      price.usdPerHour,
      price.isPriceComplete,
    ]);
    // For the channel, at least the output that every channel has.
    expect(prices.toSorted()).toEqual([
      ['channel', 0.5976, false],
      ['input', null, false],
    ]);
  });

  it('202 requests a release by the next sweep, and records the requester', async () => {
    const orphan = makeOrphan();
    await putOrphan(test.deps, orphan);
    const answer = await release(orphan.orphanId);
    expect(answer.status).toBe(202);
    expect(answer.body.releaseRequestedBy).toBe('operator');
    expect((await listOrphans(test.deps))[0]!.releaseRequestedBy).toBe('operator');
  });

  it('409 for an untagged resource, which may belong to someone else', async () => {
    const orphan = makeOrphan({ isTagged: false, reason: 'tags_missing' });
    await putOrphan(test.deps, orphan);
    expect((await release(orphan.orphanId)).status).toBe(409);
    expect((await listOrphans(test.deps))[0]!.releaseRequestedBy).toBeNull();
  });

  it('404 for an unknown orphan, 422 for unknown parameters', async () => {
    expect((await release('channel-bm9uZQ')).status).toBe(404);
    expect((await release('channel-bm9uZQ', '?force=true')).status).toBe(422);
    expect((await test.call('GET', '/api/orphans?limit=1')).status).toBe(422);
  });
});

describe('the contract', () => {
  it('has a case for every status it documents', async () => {
    expect(
      await test.unmetStatuses(
        '/api/destinations/{destinationId}/timeline',
        '/api/orphans',
        '/api/orphans/{orphanId}/release',
      ),
    ).toEqual([]);
  });
});
