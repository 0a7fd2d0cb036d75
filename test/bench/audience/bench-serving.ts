/** How many HLS answers one core serves, beside a plain server of files with the same bytes. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyLoad, countFailed, type LoadResult } from '../api/load.ts';
import { endProcess, nextMessage, owe, watch } from '../child-processes.ts';
import type { Outcome } from '../outcome.ts';
import { describeSpread, toSpread } from '../statistics.ts';
import { readPlaylist, startLiveShow } from './live-show.ts';

export interface ServingOptions {
  rounds: number;
  secondsPerRound: number;
  parallel: number;
  print: (line: string) => void;
}

const SHARE_MIN = 0.7;
/** Of many addresses, because each may ask for a limited number a minute. */
const ADDRESSES = 250;

/** Loads one playlist and one segment in turn, as players do. */
export async function benchServing({ rounds, secondsPerRound, parallel, print }: ServingOptions): Promise<Outcome> {
  const show = await startLiveShow({ viewersMax: 100 });
  const files = mkdtempSync(join(tmpdir(), 'sluice-bench-static-'));
  const removeFiles = owe(() => rmSync(files, { recursive: true, force: true }));
  const child = watch(fork(join(import.meta.dirname, 'static-server-process.ts'), [files]));
  const { port } = await nextMessage<{ port: number }>(child, (message) => 'port' in message);
  const stopChild = owe(() => endProcess(child, () => child.disconnect()));

  /** The newest segment stays in the playlist for long enough. */
  async function store(): Promise<{ playlist: string; segment: string }> {
    const { name, text, segments } = await readPlaylist(show.origin, show.folder);
    const segment = segments.at(-1)!;
    const response = await fetch(show.origin + show.folder + segment);
    writeFileSync(join(files, 'playlist.m3u8'), text);
    writeFileSync(join(files, 'segment.ts'), new Uint8Array(await response.arrayBuffer()));
    return { playlist: show.folder + name, segment: show.folder + segment };
  }

  const load = (origin: string, paths: { playlist: string; segment: string }, processId: number) =>
    applyLoad({
      ...{ origin, parallel, processId, until: { seconds: secondsPerRound } },
      requestOf: (index) => ({
        path: index % 2 === 0 ? paths.playlist : paths.segment,
        headers: { 'x-forwarded-for': `10.0.0.${index % ADDRESSES}` },
      }),
    });
  const ours: LoadResult[] = [];
  const theirs: LoadResult[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const paths = await store();
    ours.push(await load(show.origin, paths, show.audienceProcessId()));
    const plain = { playlist: '/playlist.m3u8', segment: '/segment.ts' };
    theirs.push(await load(`http://127.0.0.1:${port}`, plain, child.pid!));
    print(
      `${perCore(ours.at(-1)!).toFixed(0)} answers per second of processor; files ${perCore(theirs.at(-1)!).toFixed(0)}`,
    );
  }
  await stopChild();
  await removeFiles();
  await show.stop();
  const ratios = ours.map((result, round) => perCore(result) / perCore(theirs[round]!));
  const of = (results: LoadResult[]) => describeSpread(toSpread(results.map(perCore)), 0);
  return {
    rows: [
      {
        figure: 'HLS, playlist and segment in turn: answers per second on one core',
        measured: of(ours),
        compared: `static files ${of(theirs)}; ours is ${describeSpread(toSpread(ratios), 2)} of it`,
        aim: `${SHARE_MIN}`,
      },
      {
        figure: 'HLS: 95 % within',
        measured: `${describeSpread(toSpread(ours.map(({ p95Ms }) => p95Ms)), 0)} ms`,
        compared: `static files ${describeSpread(toSpread(theirs.map(({ p95Ms }) => p95Ms)), 0)} ms`,
      },
    ],
    gates: [
      {
        name: 'HLS: answers that were no success',
        value: [...ours, ...theirs].reduce((sum, each) => sum + countFailed(each), 0),
        limit: 0,
      },
      { name: 'HLS: processor time against static files', value: 1 / toSpread(ratios).median, limit: 1 / SHARE_MIN },
    ],
  };
}

/** Answers per second of processor time, which is what one core serves. */
function perCore({ cpuMs }: LoadResult): number {
  return 1000 / cpuMs!;
}
