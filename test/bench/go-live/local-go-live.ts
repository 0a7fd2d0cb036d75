import { toWallClock } from '../../../functions/domain/wall-clock.ts';
import { findRehearsalFfmpeg } from '../../support/rehearsal-media.ts';
import { sendSrt } from '../../support/srt-sender.ts';
import { waitFor } from '../../support/wait-for.ts';
import { owe } from '../child-processes.ts';
import type { BenchMedia } from '../media/bench-media.ts';
import { startBenchReceiver } from '../media/contenders.ts';
import { startBenchProduct } from '../product/bench-product.ts';

/** One destination of a show, in seconds from its planned second; negative is early. */
export interface LocalGoLive {
  connected: number;
  firstPicture: number;
}

/** The show starts its destinations 27.5 seconds before their second. */
const AHEAD_MS = 40_000;

/**
 * Runs one show with real media through the whole product. Its destinations go live one second after the other.
 * @param options.isPaused whether channels start early and are held
 */
export async function measureLocal(
  media: BenchMedia,
  { destinations, isPaused }: { destinations: number; isPaused: boolean },
): Promise<LocalGoLive[]> {
  const receiver = await startBenchReceiver();
  const bench = await startBenchProduct({ SLUICE_PAUSE_UNTIL_LIVE: isPaused ? 'on' : 'off', SLUICE_PRIMARY: 'off' });
  const stopSending = owe(sendSrt(findRehearsalFfmpeg(), media.longTransportStreamPath, bench.ports.srt));
  try {
    await bench.untilFed();
    const keys = Array.from({ length: destinations }, (_, index) => `go-live-${index}`);
    const paths: string[] = [];
    for (const key of keys) paths.push(await bench.addDestination(`${receiver.baseUrl}/live`, key));
    const startsMs = Math.ceil((Date.now() + AHEAD_MS) / 1000) * 1000;
    const show = {
      title: 'Go-live bench',
      zone: 'UTC',
      localStart: toWallClock(new Date(startsMs), 'UTC'),
      isDraft: false,
      destinations: paths.map((path, offsetSeconds) => ({ destinationId: path.split('/').at(-1), offsetSeconds })),
    };
    const made = await bench.product.call('POST', '/api/shows', show);
    if (made.status !== 201) throw new Error(`no show was planned: ${made.status} ${JSON.stringify(made.body)}`);
    const sessions = await waitFor(
      'every destination to be on air',
      async () => {
        const found = (await receiver.summary()).sessions.filter(({ firstVideoAtMs }) => firstVideoAtMs);
        return found.length >= destinations && found;
      },
      { everyMs: 500, limitMs: AHEAD_MS + destinations * 1000 + 60_000 },
    );
    return keys.map((key, offsetSeconds) => {
      const session = sessions.find(({ streamName }) => streamName === key);
      if (!session?.firstVideoAtMs) throw new Error(`nothing arrived for ${key}`);
      const plannedMs = startsMs + offsetSeconds * 1000;
      return {
        connected: (session.connectedAtMs - plannedMs) / 1000,
        firstPicture: (session.firstVideoAtMs - plannedMs) / 1000,
      };
    });
  } finally {
    await stopSending();
    await bench.stop();
    await receiver.stop();
  }
}
