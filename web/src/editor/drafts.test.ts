import { beforeEach, describe, expect, it, vi } from 'vitest';

/** The browser's storage, which survives a reload. */
const stored = new Map<string, string>();
vi.stubGlobal(
  'sessionStorage',
  new Proxy(
    {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
      removeItem: (key: string) => stored.delete(key),
    },
    { ownKeys: () => [...stored.keys()], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) },
  ),
);

const KEY = 'canary-key-in-a-draft';

/** Imports the module again, as after a page load. */
async function afterReload() {
  vi.resetModules();
  return import('./drafts.ts');
}

beforeEach(() => stored.clear());

describe('a draft', () => {
  it('keeps everything while the page is open, and everything except secrets over a reload', async () => {
    const { keepDraft, readDraft } = await afterReload();
    keepDraft('new', { name: 'Alpha', rtmpUrl: 'rtmps://host.example:443/live2', streamKey: KEY });
    expect(readDraft('new')).toMatchObject({ name: 'Alpha', streamKey: KEY });
    expect([...stored.values()].join()).not.toContain(KEY);
    expect((await afterReload()).readDraft('new')).toEqual({
      name: 'Alpha',
      rtmpUrl: 'rtmps://host.example:443/live2',
    });
  });

  it.each([
    `rtmp://host.example/live/${KEY}`,
    `rtmp://user:${KEY}@host.example/live`,
    `rtmp://host.example/live?k=${KEY}`,
  ])('never writes %s to storage', async (rtmpUrl) => {
    const { keepDraft } = await afterReload();
    keepDraft('new', { name: 'Alpha', rtmpUrl });
    expect([...stored.values()].join()).not.toContain(KEY);
    expect((await afterReload()).readDraft('new')).toEqual({ name: 'Alpha' });
  });

  it('is removed when discarded, when empty and at sign-out', async () => {
    const { discardAllDrafts, discardDraft, keepDraft, readDraft } = await afterReload();
    keepDraft('one', { name: 'Alpha' });
    keepDraft('two', { name: 'Bravo' });
    keepDraft('three', { name: 'Charlie' });
    discardDraft('one');
    keepDraft('two', {});
    expect([readDraft('one'), readDraft('two'), readDraft('three')]).toEqual([null, null, { name: 'Charlie' }]);
    discardAllDrafts();
    expect([readDraft('three'), stored.size]).toEqual([null, 0]);
  });

  it('is ignored when the storage contains invalid data', async () => {
    for (const text of ['{', '7', '[]', '{"name":7}']) {
      stored.set('sluice-draft-new', text);
      expect((await afterReload()).readDraft('new'), text).toBeNull();
    }
  });
});
