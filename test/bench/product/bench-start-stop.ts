/**
 * Measures how long an operator waits: from `POST …/start` until the destination runs and its first picture arrives,
 * and from `POST …/stop` until the connection is closed and the destination idle. Runs through the whole product with a
 * real feed.
 */
import { observeChannel } from '../../../functions/aws/channel.ts';
import { DURATIONS } from '../../../infra/local/endpoints/media/profiles.ts';
import { findRehearsalFfmpeg } from '../../support/rehearsal-media.ts';
import { sendSrt } from '../../support/srt-sender.ts';
import { waitFor } from '../../support/wait-for.ts';
import { owe, sleep } from '../child-processes.ts';
import { startBenchReceiver } from '../media/contenders.ts';
import { describeSpread, toSpread } from '../statistics.ts';
import { startBenchProduct } from './bench-product.ts';
import type { SessionFacts } from '../../../infra/local/rtmp-receiver/session-facts.ts';
import type { AwsDeps } from '../../../functions/aws/clients.ts';
import type { BenchMedia } from '../media/bench-media.ts';
import type { BenchReceiver } from '../media/contenders.ts';
import type { Outcome, Row } from '../outcome.ts';
import type { BenchProduct } from './bench-product.ts';

export interface StartStopOptions {
  rounds: number;
  print: (line: string) => void;
}

/** One start and one stop, in milliseconds. */
interface Round {
  startToRunning: number;
  /** Time until the connection, on which the publisher sends first. */
  startToFirstByte: number;
  startToFirstVideo: number;
  channelToFirstVideo: number;
  stopToClosed: number;
  stopToIdle: number;
  /** The picture arrived and the connection ended cleanly. */
  isClean: boolean;
}

const LOOK_EVERY_MS = 4;
/** Long enough for a steady stream before the stop. */
const ON_AIR_MS = 1_000;

/** Starts and stops one destination repeatedly. */
export async function benchStartStop(media: BenchMedia, { rounds, print }: StartStopOptions): Promise<Outcome> {
  const receiver = await startBenchReceiver();
  const bench = await startBenchProduct();
  const stopSending = owe(sendSrt(findRehearsalFfmpeg(), media.longTransportStreamPath, bench.ports.srt));
  const taken: Round[] = [];
  try {
    await bench.untilFed();
    const path = await bench.addDestination(`${receiver.baseUrl}/live`, 'start-stop');
    for (let round = 1; round <= rounds; round += 1) {
      const times = await startAndStop(bench, receiver, path);
      taken.push(times);
      print(
        `round ${round}: running ${times.startToRunning} ms, first picture ${times.startToFirstVideo} ms after start; ` +
          `closed ${times.stopToClosed} ms, idle ${times.stopToIdle} ms after stop`,
      );
    }
  } finally {
    await stopSending();
    await bench.stop();
    await receiver.stop();
  }
  const row = (
    figure: string,
    key: Exclude<keyof Round, 'isClean'>,
    beside: Pick<Row, 'compared' | 'aim'> = {},
  ): Row => ({
    figure,
    measured: `${describeSpread(toSpread(taken.map((times) => times[key])), 0)} ms`,
    ...beside,
  });
  // The local endpoints take time for a change of state, like AWS.
  const starting = { compared: `includes ${DURATIONS.fast.channelStartMs} ms for the channel to start` };
  const stopping = { compared: `includes ${DURATIONS.fast.channelStopMs} ms for the channel to stop` };
  const unclean = taken.filter(({ isClean }) => !isClean).length;
  return {
    rows: [
      row('`POST …/start` to `running`', 'startToRunning', starting),
      row('`POST …/start` to first byte at the receiver', 'startToFirstByte', starting),
      row('`POST …/start` to first picture at the receiver', 'startToFirstVideo', starting),
      row('channel RUNNING to first picture at the receiver', 'channelToFirstVideo', { aim: '< 500 ms' }),
      row('`POST …/stop` to connection closed', 'stopToClosed'),
      row('`POST …/stop` to `idle`', 'stopToIdle', stopping),
    ],
    gates: [{ name: 'unclean starts and stops', value: unclean, limit: 0 }],
  };
}

async function startAndStop(bench: BenchProduct, receiver: BenchReceiver, path: string): Promise<Round> {
  const { body: destination } = await bench.product.call('GET', path);
  const before = (await receiver.summary()).sessions.length;
  const session = async () => (await receiver.summary()).sessions[before];
  const started = await bench.ask(path, 'start');
  const notRunningAtMs = await lastSeenNotRunning(bench.aws, destination.mediaLiveChannelId);
  const runningAtMs = await bench.untilDone(started.operationPath);
  const onAir = await waitFor('the first picture', async () => {
    const facts = await session();
    return facts?.firstVideoAtMs ? (facts as SessionFacts & { firstVideoAtMs: number }) : null;
  });
  await sleep(ON_AIR_MS);
  const stopped = await bench.ask(path, 'stop');
  const idleAtMs = await bench.untilDone(stopped.operationPath);
  const ended = await waitFor('the connection to close', async () => {
    const facts = await session();
    return facts?.endedAtMs ? (facts as SessionFacts & { endedAtMs: number }) : null;
  });
  return {
    startToRunning: runningAtMs - started.answeredAtMs,
    startToFirstByte: onAir.connectedAtMs - started.answeredAtMs,
    startToFirstVideo: onAir.firstVideoAtMs - started.answeredAtMs,
    channelToFirstVideo: onAir.firstVideoAtMs - notRunningAtMs,
    stopToClosed: ended.endedAtMs - stopped.answeredAtMs,
    stopToIdle: idleAtMs - stopped.answeredAtMs,
    isClean: ended.cleanUnpublish && ended.nonMonotonicFrames === 0,
  };
}

/**
 * Polls a channel until it is RUNNING. @returns when the last poll that found another state began, in ms since the
 * epoch, so that the measured start is never too late
 */
async function lastSeenNotRunning(aws: BenchProduct['aws'], channelId: string): Promise<number> {
  let atMs = Date.now();
  await waitFor(
    'the channel to run',
    async () => {
      const lookedAtMs = Date.now();
      const channel = await observeChannel(aws as AwsDeps, channelId);
      if (channel?.state === 'RUNNING') return true;
      atMs = lookedAtMs;
      return false;
    },
    { everyMs: LOOK_EVERY_MS },
  );
  return atMs;
}
