import { dirname } from 'node:path/posix';
import { HarvestFailure, type Harvester } from '../../infra/local/endpoints/media/harvester.ts';
import type { ObjectStore } from '../../infra/local/endpoints/s3/object-store.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A harvester without media: it stores a segment at once, and the playlists when the copy is complete. */
export interface SimulatedHarvester extends Harvester {
  /** Lets the next jobs fail half-way. */
  failNext(count: number): void;
  /** Lets the next jobs take so long. */
  slowDown(copyMs: number): void;
  /** Ends the jobs that are copying, so that nothing waits for a clock that no longer moves. */
  close(): void;
}

const COPY_MS = 20_000;
/** What a job stores, the segment first. Its playlists say that it lasts for four seconds. */
export const HARVESTED: Readonly<Record<string, string>> = {
  'index_1_0.ts': 'x'.repeat(1_000),
  'index_1.m3u8': '#EXTM3U\n#EXTINF:4.000,\nindex_1_0.ts\n#EXT-X-ENDLIST\n',
  'index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex_1.m3u8\n',
};

/** Creates a harvester that stores into the given objects. */
export function makeSimulatedHarvester(objects: ObjectStore, clock: VirtualClock): SimulatedHarvester {
  let failures = 0;
  let copyMs = COPY_MS;
  const closed = Promise.withResolvers<void>();
  const copy = () => Promise.race([closed.promise, new Promise<void>((done) => void clock.after(copyMs, done))]);
  return {
    failNext: (count) => void (failures = count),
    slowDown: (ms) => void (copyMs = ms),
    close: () => closed.resolve(),
    async harvest({ bucket, manifestKey }) {
      const put = (name: string) =>
        objects.put(bucket, `${dirname(manifestKey)}/${name}`, Buffer.from(HARVESTED[name]!), {
          headers: {},
          metadata: {},
          checksum: null,
        });
      put('index_1_0.ts');
      await copy();
      if (failures > 0) {
        failures -= 1;
        throw new HarvestFailure('a simulated failure');
      }
      put('index_1.m3u8');
      put('index.m3u8');
    },
  };
}
