import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import type { Outcome } from '../outcome.ts';
import type { SignedIn } from './signed-in.ts';

export const SCRIPT_BYTES_MAX = 160_000;
export const BYTES_MAX = 200_000;

/**
 * Fetches within this time after the destinations appear belong to the first load. Later ones are prefetches in idle
 * time.
 */
const SETTLES_WITHIN_MS = 1500;

interface Fetched {
  kind: string;
  gzipBytes: number;
}

/** Counts what a first visit fetches with an empty cache, and from where. Exact, so one visit is enough. */
export async function benchFirstLoad({ origin, withPage }: SignedIn): Promise<Outcome> {
  const { fetched, strangers } = await withPage(async (page) => {
    const asked: Promise<Fetched | null>[] = [];
    const others: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== origin) others.push(request.url());
    });
    page.on('response', (response) => asked.push(weigh(response)));
    await page.goto(origin);
    await page.locator('[data-row]').first().waitFor();
    await page.waitForTimeout(SETTLES_WITHIN_MS);
    const weighed = await Promise.all(asked);
    return { fetched: weighed.filter((each) => each !== null), strangers: others };
  });
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

/** Uses gzip, which every server in front of the dashboard applies at least. */
async function weigh(response: Response): Promise<Fetched | null> {
  const kind = response.request().resourceType();
  try {
    return { kind, gzipBytes: gzipSync(await response.body()).length };
  } catch {
    // No body, or the page closed during a poll.
    return null;
  }
}

function toKilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
