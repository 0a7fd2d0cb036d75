import { describe, expect, it } from 'vitest';
import { shareReads } from './share-reads.ts';

/** Creates reads that the test ends. */
function controlledReads() {
  const begun: { key: string; end: (value: string) => void; fail: (error: Error) => void }[] = [];
  const shared = shareReads<string>();
  const share = (key: string) =>
    shared(key, () => new Promise((resolve, reject) => begun.push({ key, end: resolve, fail: reject })));
  return { begun, share };
}

describe('shareReads', () => {
  it('reads at once for the first caller, and once more for all later concurrent callers', async () => {
    const { begun, share } = controlledReads();
    const first = share('a');
    const others = [share('a'), share('a'), share('a')];
    expect(begun).toHaveLength(1);
    begun[0]!.end('old');
    expect(await first).toBe('old');
    await expect.poll(() => begun.length).toBe(2);
    begun[1]!.end('new');
    expect(await Promise.all(others)).toEqual(['new', 'new', 'new']);
    expect(begun).toHaveLength(2);
  });

  it('never returns a read that began before the request', async () => {
    const { begun, share } = controlledReads();
    const first = share('a');
    const second = share('a');
    begun[0]!.end('before');
    await first;
    await expect.poll(() => begun.length).toBe(2);
    const third = share('a');
    begun[1]!.end('between');
    expect(await second).toBe('between');
    await expect.poll(() => begun.length).toBe(3);
    begun[2]!.end('after');
    expect(await third).toBe('after');
  });

  it('caches nothing, so a later caller reads again', async () => {
    const { begun, share } = controlledReads();
    const first = share('a');
    begun[0]!.end('one');
    await first;
    await Promise.resolve();
    void share('a');
    expect(begun).toHaveLength(2);
  });

  it('shares a failure with waiting callers but not with later ones', async () => {
    const { begun, share } = controlledReads();
    const first = share('a');
    const second = share('a');
    begun[0]!.fail(new Error('no'));
    await expect(first).rejects.toThrow('no');
    await expect.poll(() => begun.length).toBe(2);
    begun[1]!.end('yes');
    expect(await second).toBe('yes');
  });

  it('does not share reads of different keys', () => {
    const { begun, share } = controlledReads();
    void share('a');
    void share('b');
    expect(begun.map(({ key }) => key)).toEqual(['a', 'b']);
  });
});
