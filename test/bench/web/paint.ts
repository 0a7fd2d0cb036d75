import type { Page } from 'playwright-core';
import type { Outcome, Row } from '../outcome.ts';
import { describeSpread, median, toSpread } from '../statistics.ts';
import type { SignedIn } from './signed-in.ts';

/** CPU slowdown factor: about an old phone compared with a developer's machine. */
export const SLOWER = 4;

/** How long to watch long tasks and layout shifts after the useful paint. */
const WATCHED_FOR_MS = 1500;

/**
 * Google's limits for a good visit at the 75th percentile. [web.dev/articles/vitals, web.dev/articles/tbt, seen
 * 2026-11-21]
 */
const GOOD = { largestPaintMs: 2500, layoutShift: 0.1, blockedMs: 200 };

interface Painted {
  usefulMs: number;
  largestPaintMs: number;
  layoutShift: number;
  blockedMs: number;
}

/** Opens the show repeatedly with an empty cache and a slow CPU, alternating with an empty page of the same server. */
export async function benchPaint(signedIn: SignedIn, rounds: number): Promise<Outcome> {
  const painted: Painted[] = [];
  const empty: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    empty.push(await signedIn.withPage((page) => paintEmpty(page, signedIn.origin)));
    painted.push(await signedIn.withPage((page) => paintShow(page, signedIn.origin)));
  }
  const useful = painted.map(({ usefulMs }) => usefulMs);
  const of = (name: keyof Painted): number[] => painted.map((each) => each[name]);
  const rows: Row[] = [
    {
      figure: `first useful paint, CPU ${SLOWER} times slower, ms`,
      measured: describeSpread(toSpread(useful), 0),
      compared: `${(median(useful) / median(empty)).toFixed(1)} of an empty page (${describeSpread(toSpread(empty), 0)})`,
    },
    {
      figure: 'largest contentful paint, ms',
      measured: describeSpread(toSpread(of('largestPaintMs')), 0),
      aim: `${GOOD.largestPaintMs}, not gated`,
    },
    {
      figure: 'cumulative layout shift',
      measured: describeSpread(toSpread(of('layoutShift')), 3),
      aim: `${GOOD.layoutShift}, not gated`,
    },
    {
      figure: 'total blocking time, ms',
      measured: describeSpread(toSpread(of('blockedMs')), 0),
      aim: `${GOOD.blockedMs}, not gated`,
    },
  ];
  return { rows, gates: [] };
}

async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
}

interface Watched {
  usefulMs: number | null;
  largestPaintMs: number;
  layoutShift: number;
  blockedMs: number;
}

/** Runs in the page before anything else. @param selector matches when the page is useful */
function watchPaint(selector: string): void {
  const watched: Watched = { usefulMs: null, largestPaintMs: 0, layoutShift: 0, blockedMs: 0 };
  Object.assign(window, { watched });
  const observe = (type: string, take: (entry: PerformanceEntry) => void): void =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  observe('largest-contentful-paint', ({ startTime }) => (watched.largestPaintMs = startTime));
  observe('longtask', ({ duration }) => (watched.blockedMs += Math.max(0, duration - 50)));
  observe('layout-shift', (entry) => {
    const shift = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
    if (!shift.hadRecentInput) watched.layoutShift += shift.value;
  });
  const look = (): void => {
    if (!document.querySelector(selector)) return void requestAnimationFrame(look);
    // The task after the frame runs once the frame has been painted.
    requestAnimationFrame(() => setTimeout(() => (watched.usefulMs = performance.now())));
  };
  look();
}

async function usefulPaint(page: Page): Promise<number> {
  const handle = await page.waitForFunction(() => (window as unknown as { watched: Watched }).watched.usefulMs);
  return (await handle.jsonValue()) as number;
}

/** Loads the same document without scripts and styles. */
async function paintEmpty(page: Page, origin: string): Promise<number> {
  await page.route('**/assets/**', (route) => route.abort());
  await page.addInitScript(watchPaint, 'body');
  await slowDown(page);
  await page.goto(origin);
  return usefulPaint(page);
}

async function paintShow(page: Page, origin: string): Promise<Painted> {
  await page.addInitScript(watchPaint, '[data-row]');
  await slowDown(page);
  await page.goto(origin);
  const usefulMs = await usefulPaint(page);
  await page.waitForTimeout(WATCHED_FOR_MS);
  const watched = await page.evaluate(() => (window as unknown as { watched: Watched }).watched);
  return { ...watched, usefulMs };
}
