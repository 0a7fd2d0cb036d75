import type { Page } from 'playwright-core';
import type { Product } from '../../support/product.ts';
import type { Outcome, Row } from '../outcome.ts';
import { describeSpread, median, toSpread } from '../statistics.ts';
import { answerMany, nameOf } from './many-destinations.ts';
import type { SignedIn } from './signed-in.ts';

export const DESTINATIONS = { few: 10, many: 1000 };

/** A longer time is felt as a wait. [web.dev/articles/rail, seen 2026-11-21] */
const FELT_MS = 100;

/** How long to measure the main thread under polling alone. */
const POLLING_MS = 4000;

/** Pause between two steps, so that each begins idle; not a multiple of the polling interval. */
const SETTLES_MS = 430;

/** Time after which prefetched parts are loaded, so that no first use is measured. */
const PREFETCHED_AFTER_MS = 5500;

/** An action and its visible result: a selector that must match or no longer match. */
interface Step {
  event: 'click' | 'keydown' | 'input';
  act(page: Page): Promise<void>;
  selector: string;
  isThere: boolean;
}

const rowOf = (index: number): string => `[data-row][aria-label="${nameOf(index)}"]`;

/** Steps of each page in order, repeated each round. */
const PAGES: Record<string, Record<string, Step>> = {
  '/': {
    'open the details by click': {
      event: 'click',
      act: (page) => page.locator(`${rowOf(7)} [data-row-name]`).click(),
      selector: 'aside h2',
      isThere: true,
    },
    'close the details by key': {
      event: 'keydown',
      act: (page) => page.keyboard.press('Escape'),
      selector: 'aside h2',
      isThere: false,
    },
    'next row by key': {
      event: 'keydown',
      act: (page) => page.keyboard.press('j'),
      selector: `${rowOf(8)} [data-row-name]:focus`,
      isThere: true,
    },
  },
  '/destinations': {
    'search by one letter': {
      event: 'input',
      act: async (page) => {
        await page.locator('[data-search]').focus();
        await page.keyboard.press('9');
      },
      selector: rowOf(1),
      isThere: false,
    },
    'all rows after deleting the letter': {
      event: 'input',
      act: (page) => page.keyboard.press('Backspace'),
      selector: rowOf(1),
      isThere: true,
    },
  },
};

interface Measured {
  /** Milliseconds from the event to its painted result, by interaction. */
  times: Map<string, number[]>;
  /** Share of the main thread that polling uses, per page. */
  busy: Map<string, number>;
}

/** Measures with few and with many destinations, all of which change with every poll. */
export async function benchInteraction(
  signedIn: SignedIn,
  { product, path, rounds }: { product: Product; path: string; rounds: number },
): Promise<Outcome> {
  const measure = (count: number): Promise<Measured> =>
    signedIn.withPage(async (page) => {
      await answerMany(page, { product, path, count });
      return measurePages(page, signedIn.origin, rounds);
    });
  const few = await measure(DESTINATIONS.few);
  const many = await measure(DESTINATIONS.many);
  const rows = [...many.times].map(([name, times]): Row => {
    const base = few.times.get(name)!;
    return {
      figure: `${DESTINATIONS.many} destinations: ${name}, ms`,
      measured: describeSpread(toSpread(times), 0),
      compared: `${(median(times) / median(base)).toFixed(1)} of ${DESTINATIONS.few} destinations (${describeSpread(toSpread(base), 0)})`,
      aim: `${FELT_MS}, not gated`,
    };
  });
  for (const [name, busy] of many.busy) {
    rows.push({
      figure: `${DESTINATIONS.many} destinations: main thread busy with polls on ${name}`,
      measured: `${(busy * 100).toFixed(0)} %`,
      compared: `${DESTINATIONS.few} destinations: ${(few.busy.get(name)! * 100).toFixed(0)} %`,
    });
  }
  return { rows, gates: [] };
}

async function measurePages(page: Page, origin: string, rounds: number): Promise<Measured> {
  const times = new Map<string, number[]>();
  const busy = new Map<string, number>();
  for (const [path, steps] of Object.entries(PAGES)) {
    await page.goto(origin + path);
    await page.locator('[data-row]').first().waitFor();
    await page.waitForTimeout(PREFETCHED_AFTER_MS);
    busy.set(path, await busyShare(page));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, { act, event, selector, isThere }] of Object.entries(steps)) {
        // Listen before the action, because the step may be over before the next call arrives.
        await page.evaluate(listen, { event, selector, isThere });
        await act(page);
        const time = await page.evaluate(() => (window as unknown as { painted: Promise<number> }).painted);
        times.set(name, [...(times.get(name) ?? []), time]);
        await page.waitForTimeout(SETTLES_MS);
      }
    }
  }
  return { times, busy };
}

/** Runs in the page: waits for the event, then for its result, then until the result is painted. */
function listen({ event, selector, isThere }: Omit<Step, 'act'>): void {
  const painted = new Promise<number>((resolve) => {
    document.addEventListener(
      event,
      ({ timeStamp }) => {
        const look = (): void => {
          if ((document.querySelector(selector) !== null) !== isThere) return void requestAnimationFrame(look);
          // The task after the frame runs once the frame has been painted.
          setTimeout(() => resolve(performance.now() - timeStamp));
        };
        requestAnimationFrame(look);
      },
      { capture: true, once: true },
    );
  });
  Object.assign(window, { painted });
}

async function busyShare(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  const [before, startedAtMs] = [await read(), performance.now()];
  await page.waitForTimeout(POLLING_MS);
  const share = ((await read()) - before) / ((performance.now() - startedAtMs) / 1000);
  await session.detach();
  return share;
}
