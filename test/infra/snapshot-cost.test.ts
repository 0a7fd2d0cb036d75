import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { POLL_BUSY_MS } from '../../web/src/api/freshness.ts';
import { makeFlow, makeRunning, startTestApi } from '../support/api.ts';
import { countUnits } from '../support/count-units.ts';

/** A twentieth of what the lists took: 213 kB each second, uncompressed. */
const BYTES_A_MINUTE_MAX = 12_800_000 / 20;

const sluice = await startTestApi();
afterAll(() => sluice.close());

async function putRunning(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const destinationId = sluice.deps.newId('dst');
    // Figures that differ, as those of a show do: alike rows compress to nothing.
    const figure = (index * 7919) % 1_000_003;
    const record = makeRunning({ destinationId, name: `Channel ${figure}` });
    const observation = { ...record.observation!, bitrateBps: 4_000_000 + figure };
    await sluice.put({ ...record, observation });
  }
}

describe('the snapshot', () => {
  beforeEach(async () => {
    await sluice.reset();
    sluice.mediaConnect.flow = makeFlow('ACTIVE');
  });

  it('of 200 destinations on air takes a twentieth of the bytes that the lists took', async () => {
    await putRunning(200);
    const { body, text } = await sluice.call('GET', '/api/snapshot');
    expect(body.destinations).toHaveLength(200);
    const bytesAMinute = (gzipSync(text).length * 60_000) / POLL_BUSY_MS;
    expect(bytesAMinute).toBeLessThanOrEqual(BYTES_A_MINUTE_MAX);
  });

  it('of 1,000 destinations reads them once, as the list of all does', async () => {
    await putRunning(1000);
    const table = countUnits(sluice.deps.clients.table);
    sluice.rebuild({ clients: { ...sluice.deps.clients, table: table.client as never } });
    const unitsOf = async (read: () => Promise<void>): Promise<number> => {
      table.counted.readUnits = 0;
      await read();
      return table.counted.readUnits;
    };
    const list = await unitsOf(async () => {
      for (let cursor = ''; cursor !== 'end';) {
        const { body } = await sluice.call('GET', `/api/destinations?limit=200${cursor && `&cursor=${cursor}`}`);
        cursor = body.nextCursor ?? 'end';
      }
    });
    const snapshot = await unitsOf(async () => {
      const { body } = await sluice.call('GET', '/api/snapshot');
      expect([body.destinations.length, body.problems]).toEqual([1000, {}]);
    });
    // Ten partitions besides, empty here, and the reads of single items.
    expect(snapshot).toBeLessThanOrEqual(list + 20);
    expect(snapshot).toBeGreaterThan(list / 2);
  }, 90_000);
});
