import { describe, expect, it, vi } from 'vitest';
import { groupSaves } from './group-saves.ts';
import type { StateStore } from '../../host/state-store.ts';

/** Creates a store that records a snapshot of every save and can simulate a full disk. */
function makeStore() {
  const saves: string[] = [];
  const disk = { isFull: false };
  const store: StateStore = {
    load: () => (saves.length === 0 ? null : JSON.parse(saves.at(-1)!)),
    save(state) {
      if (disk.isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      saves.push(JSON.stringify(state));
    },
  };
  return { saves, disk, store, grouped: groupSaves(store) };
}

describe('groupSaves', () => {
  it('saves simultaneous changes once, and every caller waits for that save', async () => {
    const { saves, grouped } = makeStore();
    const state = { count: 0 };
    const waiting = Array.from({ length: 50 }, () => {
      state.count += 1;
      grouped.save(state);
      return grouped.saved();
    });
    expect(saves).toEqual([]);
    await Promise.all(waiting);
    expect(saves).toEqual(['{"count":50}']);
  });

  it('never confirms a change that is not in the file yet', async () => {
    const { saves, grouped } = makeStore();
    const state = { value: 1 };
    grouped.save(state);
    await grouped.saved();
    state.value = 2;
    grouped.save(state);
    await grouped.saved();
    expect(saves.at(-1)).toBe('{"value":2}');
  });

  it('resolves at once when nothing has changed', async () => {
    const { saves, grouped } = makeStore();
    await grouped.saved();
    expect(saves).toEqual([]);
  });

  it('rejects for waiting callers when a save fails, and saves everything with the next change', async () => {
    const { saves, disk, grouped } = makeStore();
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    disk.isFull = true;
    grouped.save({ value: 1 });
    await expect(grouped.saved()).rejects.toThrow('no space');
    disk.isFull = false;
    grouped.save({ value: 2 });
    await grouped.saved();
    expect(saves).toEqual(['{"value":2}']);
    expect(log).toHaveBeenCalledWith(expect.stringContaining('ENOSPC'));
    log.mockRestore();
  });

  it('survives a save that fails while no caller waits', async () => {
    const { disk, grouped } = makeStore();
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    disk.isFull = true;
    grouped.save({});
    await expect.poll(() => log.mock.calls.length).toBe(1);
    log.mockRestore();
  });
});
