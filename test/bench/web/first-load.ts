import { BYTES_MAX, loadFirst, SCRIPT_BYTES_MAX } from '../../browser/first-load.ts';
import type { Outcome } from '../outcome.ts';
import type { SignedIn } from './signed-in.ts';

/** Counts what a first visit fetches with an empty cache, and from where. Exact, so one visit is enough. */
export async function benchFirstLoad({ origin, withPage }: SignedIn): Promise<Outcome> {
  const { fetched, strangers } = await withPage((page) => loadFirst(page, origin));
  const sum = (kind?: string): number =>
    fetched.reduce((bytes, each) => bytes + (kind === undefined || each.kind === kind ? each.gzipBytes : 0), 0);
  const count = (kind: string): number => fetched.filter((each) => each.kind === kind).length;
  const bytes = { script: sum('script'), all: sum() };
  return {
    rows: [
      {
        figure: 'first load: JavaScript, gzip',
        measured: `${toKilobytes(bytes.script)} in ${count('script')} files`,
        aim: `at most ${SCRIPT_BYTES_MAX / 1000} kB`,
      },
      {
        figure: 'first load: CSS, gzip',
        measured: `${toKilobytes(sum('stylesheet'))} in ${count('stylesheet')} files`,
      },
      { figure: 'first load: total, gzip', measured: toKilobytes(bytes.all), aim: `at most ${BYTES_MAX / 1000} kB` },
      {
        figure: 'first load: requests',
        measured: `${fetched.length}, ${count('fetch')} of them to the API`,
      },
      { figure: 'first load: requests to other hosts', measured: String(strangers.length), aim: '0' },
    ],
    gates: [
      { name: 'JavaScript of the first load, bytes', value: bytes.script, limit: SCRIPT_BYTES_MAX },
      { name: 'first load, bytes', value: bytes.all, limit: BYTES_MAX },
      { name: 'requests to other hosts', value: strangers.length, limit: 0 },
    ],
  };
}

function toKilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
