/** How soon a watcher on a phone network sees the picture, and what the page weighs until then. */
import { gzipSync } from 'node:zlib';
import type { Browser, Page, Response } from 'playwright-core';
import { launchChromium } from '../../browser/launch-chromium.ts';
import { owe } from '../child-processes.ts';
import type { Outcome } from '../outcome.ts';
import { describeSpread, toSpread } from '../statistics.ts';
import { startLiveShow } from './live-show.ts';

export interface FirstPictureOptions {
  rounds: number;
  print: (line: string) => void;
}

/** The profile that WebPageTest calls 4G. */
const NETWORK = { megabits: 9, roundTripMs: 170 };
const SCRIPT_BYTES_MAX = 120_000;

interface Visit {
  /** From the click to the first picture. */
  pictureMs: number;
  /** Bytes before the click, gzip. */
  script: number;
  all: number;
  /** Bytes of script that the click loads. */
  player: number;
}

/** Opens the page of a live show with an empty cache and presses Play. */
export async function benchFirstPicture({ rounds, print }: FirstPictureOptions): Promise<Outcome> {
  const show = await startLiveShow({ viewersMax: 100 });
  const browser = await launchChromium();
  const closeBrowser = owe(() => browser.close());
  const visits: Visit[] = [];
  for (let round = 0; round < rounds; round += 1) {
    visits.push(await visit(browser, `${show.origin}/watch/${show.slug}`));
    print(`the picture after ${visits.at(-1)!.pictureMs.toFixed(0)} ms`);
  }
  await closeBrowser();
  await show.stop();
  const of = (name: keyof Visit) => visits.map((each) => each[name]);
  const kilobytes = (name: keyof Visit) => `${(Math.max(...of(name)) / 1000).toFixed(1)} kB`;
  return {
    rows: [
      {
        figure: `watch page, ${NETWORK.megabits} Mbit/s and ${NETWORK.roundTripMs} ms: from the click to the first picture`,
        measured: `${describeSpread(toSpread(of('pictureMs')), 0)} ms`,
      },
      {
        figure: 'watch page: script before the click, gzip',
        measured: kilobytes('script'),
        compared: `${kilobytes('player')} more for the player`,
        aim: `at most ${SCRIPT_BYTES_MAX / 1000} kB`,
      },
      { figure: 'watch page: everything before the click, gzip', measured: kilobytes('all') },
    ],
    gates: [{ name: 'watch page: bytes of script', value: Math.max(...of('script')), limit: SCRIPT_BYTES_MAX }],
  };
}

async function visit(browser: Browser, address: string): Promise<Visit> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await throttle(page);
    const sizes: Promise<{ isScript: boolean; bytes: number }>[] = [];
    const count = (response: Response) => void sizes.push(weigh(response));
    page.on('response', count);
    await page.goto(address);
    const play = page.getByRole('button', { name: 'Play', exact: true });
    await play.waitFor();
    const before = await Promise.all(sizes.splice(0));
    const pictureMs = await clickAndWait(page);
    page.off('response', count);
    const after = await Promise.all(sizes);
    const sum = (of: typeof before) => of.reduce((total, { bytes }) => total + bytes, 0);
    const scripts = (of: typeof before) => sum(of.filter(({ isScript }) => isScript));
    return { pictureMs, script: scripts(before), all: sum(before), player: scripts(after) };
  } finally {
    await context.close();
  }
}

async function throttle(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const bytesPerSecond = (NETWORK.megabits * 1_000_000) / 8;
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: NETWORK.roundTripMs },
    ...{ downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond },
  });
}

/** Presses Play in the page itself, so that no time between the processes counts. */
function clickAndWait(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const startedAtMs = performance.now();
        const look = () => {
          const video = document.querySelector('video');
          if (!video) return void requestAnimationFrame(look);
          video.requestVideoFrameCallback((nowMs) => resolve(nowMs - startedAtMs));
        };
        document.querySelector<HTMLButtonElement>('button.play')!.click();
        look();
      }),
  );
}

/** The files of the page are compressed for the count, as a proxy would. */
async function weigh(response: Response): Promise<{ isScript: boolean; bytes: number }> {
  const body = await response.body().catch(() => Buffer.alloc(0));
  return { isScript: new URL(response.url()).pathname.endsWith('.js'), bytes: gzipSync(body).length };
}
