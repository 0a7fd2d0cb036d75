import { beforeEach, describe, expect, it, vi } from 'vitest';

/** The browser's storage, which survives a reload and a closed tab. */
const stored = new Map<string, string>();
vi.stubGlobal(
  'localStorage',
  new Proxy(
    {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
      removeItem: (key: string) => stored.delete(key),
    },
    { ownKeys: () => [...stored.keys()], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) },
  ),
);

const NOW = new Date().toISOString();
const KEY = 'canary-key-in-a-draft';

/** Imports the module again, as after a page load. */
async function afterReload() {
  vi.resetModules();
  const [drafts, store] = await Promise.all([import('./drafts.ts'), import('../app/draft-store.ts')]);
  const readValues = (form: string) => drafts.readDraft(form)?.values ?? null;
  return { ...drafts, ...store, readValues };
}

beforeEach(() => stored.clear());

describe('a draft', () => {
  it('keeps everything while the page is open, and everything except secrets over a reload', async () => {
    const { keepDraft, readValues } = await afterReload();
    keepDraft('new', { name: 'Alpha', rtmpUrl: 'rtmps://host.example:443/live2', streamKey: KEY });
    expect(readValues('new')).toMatchObject({ name: 'Alpha', streamKey: KEY });
    expect([...stored.values()].join()).not.toContain(KEY);
    expect((await afterReload()).readValues('new')).toEqual({
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
    expect((await afterReload()).readValues('new')).toEqual({ name: 'Alpha' });
  });

  it('is removed when discarded, when empty and at sign-out', async () => {
    const { discardAllTyped, discardTyped, keepDraft, readValues } = await afterReload();
    keepDraft('one', { name: 'Alpha' });
    keepDraft('two', { name: 'Bravo' });
    keepDraft('three', { name: 'Charlie' });
    discardTyped('one');
    keepDraft('two', {});
    expect([readValues('one'), readValues('two'), readValues('three')]).toEqual([null, null, { name: 'Charlie' }]);
    discardAllTyped();
    expect([readValues('three'), stored.size]).toEqual([null, 0]);
  });

  it('is ignored when the storage contains invalid data', async () => {
    for (const text of ['{', '7', '[]', 'null', '{"name":"Alpha"}', `{"typedAt":"${NOW}","values":{"name":7}}`]) {
      stored.set('sluice-draft-new', text);
      expect((await afterReload()).readValues('new'), text).toBeNull();
    }
  });

  it('says when it was typed, and is gone after a week', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-12-06T10:32:00Z') });
    try {
      (await afterReload()).keepDraft('new', { name: 'Alpha' });
      vi.setSystemTime(Date.parse('2026-12-13T10:31:59Z'));
      expect((await afterReload()).readDraft('new')?.typedAt).toBe('2026-12-06T10:32:00.000Z');
      vi.setSystemTime(Date.parse('2026-12-13T10:32:01Z'));
      expect((await afterReload()).readDraft('new')).toBeNull();
      expect(stored.size).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('costs no typing when the storage is full', async () => {
    const { keepDraft, readValues } = await afterReload();
    keepDraft('new', { name: 'Alp' });
    vi.spyOn(localStorage, 'setItem').mockImplementation(() => {
      throw new Error('QuotaExceededError');
    });
    keepDraft('new', { name: 'Alpha' });
    vi.restoreAllMocks();
    expect(readValues('new')).toEqual({ name: 'Alpha' });
    expect((await afterReload()).readValues('new')).toBeNull();
  });
});
