import type { Page } from 'playwright-core';
import type { BenchProduct } from '../product/bench-product.ts';
import type { Outcome } from '../outcome.ts';
import { applyLoad, countFailed } from './load.ts';
import { AUTHORIZED } from './destinations.ts';
import { PATHS, readRssMb, RSS_MB_MAX } from './bench-memory.ts';

export interface PacedOptions {
  minutes: number;
  requestsPerSecond: number;
  /** A dashboard that stays open. */
  page: Page;
  /** Pictures received from all running destinations so far. */
  readPictures(): Promise<number>;
  print: (line: string) => void;
}

/** How often memory is read, in minutes. */
const READ_EVERY_MINUTES = 5;
/** Connections of the script. Fewer than this many answers are pending at a time unless the product stalls. */
const PARALLEL = 20;

/** Resident memory of the main process in real time: a script's requests at an even pace, a page open, media running. */
export async function benchPaced(
  { product }: BenchProduct,
  { minutes, requestsPerSecond, page, readPictures, print }: PacedOptions,
): Promise<Outcome> {
  const processId = product.process.pid!;
  const before = readRssMb(processId);
  const picturesBefore = await readPictures();
  const readings: number[] = [];
  let count = 0;
  let failed = 0;
  for (let passed = 0; passed < minutes; passed += READ_EVERY_MINUTES) {
    const seconds = Math.min(READ_EVERY_MINUTES, minutes - passed) * 60;
    const result = await applyLoad({
      origin: product.origin,
      parallel: PARALLEL,
      pace: { perSecond: requestsPerSecond },
      until: { count: requestsPerSecond * seconds },
      requestOf: (index) => ({ path: PATHS[index % PATHS.length]!, headers: AUTHORIZED }),
    });
    count += result.count;
    failed += countFailed(result);
    readings.push(readRssMb(processId));
    print(
      `minute ${passed + seconds / 60}: ${readings.at(-1)!.toFixed(0)} MB, ${result.rate.toFixed(1)} requests a second, ` +
        `${result.medianMs.toFixed(0)} ms, 95 % within ${result.p95Ms.toFixed(0)} ms, ${JSON.stringify(result.statuses)}` +
        (result.firstFailure === null ? '' : `, first failure: ${result.firstFailure}`),
    );
  }
  const rows = await page.locator('[data-row]').count();
  const pictures = (await readPictures()) - picturesBefore;
  const peak = Math.max(...readings);
  const name = `memory of the main process during ${minutes} minutes at ${requestsPerSecond} requests a second`;
  return {
    rows: [
      {
        figure: name,
        measured: `${peak.toFixed(0)} MB at most, ${readings.at(-1)!.toFixed(0)} MB at the end`,
        compared: `${before.toFixed(0)} MB before; ${count} requests, ${failed} failed; ${pictures} pictures received; ${rows} rows on the page`,
        aim: `${RSS_MB_MAX} MB`,
      },
    ],
    gates: [
      { name, value: Math.round(peak), limit: RSS_MB_MAX },
      { name: 'paced: answers that were no success', value: failed, limit: 0 },
    ],
  };
}
