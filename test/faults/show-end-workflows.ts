import { isOpen, type Show } from '../../functions/domain/show.ts';
import { addDestination } from './act.ts';
import { actOnShow, addShowDestinations, createShow, showIdOf, storedShow, wallClockIn } from './act-show.ts';
import { idOf } from './destination-ids.ts';
import { reach } from './reach.ts';
import { send } from './requests.ts';
import { wakeTooOften } from './show-workflows.ts';
import type { Workflow } from './workflows.ts';
import type { World } from './world.ts';

/** Shows whose outputs are paused until their second, and shows that end by a ceiling or for want of a source. */

const MINUTE_MS = 60_000;
const [ONE, TWO] = [idOf(1), idOf(2)];
const SHOW = 72;
const SHOW_ID = showIdOf(SHOW);
/** Its destinations have no history, so they start four minutes and ten seconds ahead. */
const STARTS_MS = 5 * MINUTE_MS;

const showOf = (world: World): Show => storedShow(world, SHOW_ID)!;
const at = (world: World, minutes: number, action: () => unknown) =>
  void world.clock.after(minutes * MINUTE_MS, () => void action());
const isOff = (world: World, ...ids: string[]) =>
  ids.every((id) => world.record(id)?.status === 'idle' && world.record(id)?.desired === 'idle');
const secondsBetween = (from: string | null, to: string | null) =>
  (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000;
const onAirMinutes = ({ liveAt, endingAt }: Show) => secondsBetween(liveAt, endingAt) / 60;
const saysOnce = ({ log }: Show, text: string) => log.filter(({ detail }) => detail.includes(text)).length === 1;

/** Plans the show. @returns the answer's outcome */
async function plan(world: World, count: number, endsInMinutes: number, more: object): Promise<{ ok: boolean }> {
  await createShow(world, SHOW, {
    title: 'Show',
    zone: 'UTC',
    localStart: wallClockIn(world, STARTS_MS),
    localEnd: wallClockIn(world, endsInMinutes * MINUTE_MS),
    destinations: [ONE, TWO].slice(0, count).map((destinationId) => ({ destinationId })),
    isDraft: false,
    ...more,
  });
  return { ok: true };
}

/** Plans the show with the lowest ceiling that is accepted, which is reached after the minimum charge of ten minutes. */
async function planWithCeiling(world: World, settings: object): Promise<{ ok: boolean }> {
  const body = {
    title: 'Show',
    zone: 'UTC',
    localStart: wallClockIn(world, STARTS_MS),
    localEnd: wallClockIn(world, 18 * MINUTE_MS),
    destinations: [ONE, TWO].map((destinationId) => ({ destinationId })),
    isDraft: false,
    ceiling: { amount: 0.01, ...settings },
  };
  const refused = await send(world, { method: 'POST', path: '/api/shows', body });
  const [, least] = /at least (\d+\.\d\d) USD/.exec(refused?.text ?? '') ?? [];
  if (least === undefined) throw new Error(`no least amount: ${refused?.text}`);
  await createShow(world, SHOW, { ...body, ceiling: { ...settings, amount: Number(least) } });
  return { ok: true };
}

async function addChannels(world: World, count: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    await world.drive(addDestination(world, number, { standby: 'warm' }));
    await reach(world, () => world.record(idOf(number))?.status === 'idle' && !world.record(idOf(number))?.operation);
  }
}

const COMMON = { isContested: true, isMeddledWith: true } satisfies Partial<Workflow>;

/** When the output of a destination first sent, in milliseconds; null while it has not. */
const firstSent = new WeakMap<World, number>();

/** Notes when the channel of the first destination first sends: it runs, and is not paused. */
function watchOutput(world: World): void {
  const look = () => {
    const channel = world.media.channels[world.record(ONE)?.held.channel?.channelId ?? ''];
    const isSending = channel?.state === 'RUNNING' && !channel.isPaused;
    if (isSending) firstSent.set(world, world.clock.now());
    else world.clock.after(250, look);
  };
  look();
}

/** Returns how many seconds after an instant the output first sent. */
const sentAfter = (world: World, instant: string) => ((firstSent.get(world) ?? Infinity) - Date.parse(instant)) / 1000;

const isDone = (world: World) => {
  const { state, endReason, destinations } = showOf(world);
  const wasOnAir = destinations.every(({ onAirAt, problem }) => onAirAt !== null && problem === null);
  return state === 'ended' && endReason === 'clock' && isOff(world, ONE) && wasOnAir;
};

const paused = (name: string, acts: (world: World) => void, isReached: (world: World) => boolean): Workflow => ({
  ...COMMON,
  name,
  lastsMs: 13 * MINUTE_MS,
  prepare: (world) => addChannels(world, 1),
  setOff(world) {
    watchOutput(world);
    acts(world);
    return plan(world, 1, 10, {});
  },
  isReached: (_, world) => isReached(world),
});

/** The channel runs minutes before, and sends from the planned second on. */
const PAUSED = paused(
  'a channel starts early and sends from the planned second',
  () => {},
  (world) => {
    const { startsAt, destinations } = showOf(world);
    const aheadSeconds = secondsBetween(destinations[0]!.readyAt ?? null, startsAt);
    const late = sentAfter(world, startsAt);
    return isDone(world) && aheadSeconds > 60 && late >= 0 && late < 1;
  },
);

/** Held half a minute before its second, and resumed half a minute after it. */
const PAUSED_HELD = paused(
  'a show whose channel is paused is held over its second and resumed',
  (world) => {
    at(world, 4.5, () => actOnShow(world, SHOW_ID, 'hold'));
    at(world, 5.5, () => actOnShow(world, SHOW_ID, 'resume'));
  },
  (world) => {
    const late = sentAfter(world, showOf(world).startsAt);
    return isDone(world) && late >= 30 && late < 34;
  },
);

/** Held and resumed before its second, so MediaLive has to know the second again. */
const PAUSED_RESUMED = paused(
  'a show whose channel is paused is held and resumed in time',
  (world) => {
    at(world, 3, () => actOnShow(world, SHOW_ID, 'hold'));
    at(world, 4, () => actOnShow(world, SHOW_ID, 'resume'));
  },
  (world) => {
    const late = sentAfter(world, showOf(world).startsAt);
    return isDone(world) && late >= 0 && late < 1;
  },
);

/** What is paused never sends once the show is cancelled. */
const PAUSED_CANCELLED = paused(
  'a show whose channel is paused is cancelled',
  (world) => at(world, 4, () => actOnShow(world, SHOW_ID, 'cancel')),
  (world) => showOf(world).state === 'cancelled' && isOff(world, ONE) && !firstSent.has(world),
);

const withSource = (name: string, acts: (world: World) => void, isReached: (world: World) => boolean): Workflow => ({
  ...COMMON,
  name,
  world: { monitorEverySeconds: 60 },
  lastsMs: 17 * MINUTE_MS,
  prepare: (world) => addShowDestinations(world, 1),
  setOff(world) {
    acts(world);
    return plan(world, 1, 14, { sourceLostMinutes: 3 });
  },
  isReached: (_, world) => isReached(world),
});

const SOURCE_LOST = withSource(
  'a show ends when its source is lost for three minutes',
  (world) => at(world, 7, () => world.setSending(false)),
  (world) => {
    const { state, endReason } = showOf(world);
    // Lost two minutes after the start, and seen by the monitor at most a minute later.
    const minutes = onAirMinutes(showOf(world));
    return state === 'ended' && endReason === 'source_lost' && isOff(world, ONE) && minutes > 4.5 && minutes < 7;
  },
);

const SOURCE_BACK = withSource(
  'a show whose source comes back in time ends by the clock',
  (world) => {
    at(world, 7, () => world.setSending(false));
    at(world, 8.5, () => world.setSending(true));
  },
  (world) => isDone(world) && Math.abs(onAirMinutes(showOf(world)) - 9) < 0.1,
);

/** Lost while a person holds the show, which ends once it is resumed. */
const SOURCE_LOST_HELD = withSource(
  'a show without a source is held and ends when it is resumed',
  (world) => {
    at(world, 6, () => actOnShow(world, SHOW_ID, 'hold'));
    at(world, 7, () => world.setSending(false));
    at(world, 12, () => actOnShow(world, SHOW_ID, 'resume'));
  },
  (world) => {
    const minutes = onAirMinutes(showOf(world));
    return showOf(world).endReason === 'source_lost' && isOff(world, ONE) && minutes >= 7 && minutes < 7.2;
  },
);

const withCeiling = (
  name: string,
  settings: object,
  isReached: (world: World) => boolean,
  acts: (world: World) => void = () => {},
): Workflow => ({
  ...COMMON,
  name,
  lastsMs: 22 * MINUTE_MS,
  prepare: (world) => addChannels(world, 2),
  setOff(world) {
    Object.assign(world.deps, { pausesOutputs: false, startSeconds: 20 });
    acts(world);
    return planWithCeiling(world, settings);
  },
  isReached: (_, world) => isReached(world),
});

const CEILING_STOPS = withCeiling('the ceiling of a show ends it', { action: 'stop' }, (world) => {
  const show = showOf(world);
  return show.state === 'ended' && show.endReason === 'ceiling' && isOff(world, ONE, TWO) && onAirMinutes(show) < 10;
});

/** The question has no answer. What is spared stays on air until the planned end. */
const CEILING_ASKS = withCeiling(
  'the ceiling of a show asks, gets no answer and spares one',
  { action: 'ask', countdownMinutes: 2, spared: [TWO] },
  (world) => {
    const show = showOf(world);
    const [one, two] = show.destinations;
    const minutes = secondsBetween(show.liveAt, one!.stopRequestedAt) / 60;
    const isSpared = (two!.stopRequestedAt ?? '') >= (show.endingAt ?? '~');
    const isSaid = saysOnce(show, 'without an answer');
    return show.endReason === 'clock' && isOff(world, ONE, TWO) && minutes > 2 && minutes < 10 && isSpared && isSaid;
  },
);

const CEILING_KEPT = withCeiling(
  'the ceiling of a show asks and a person keeps it running',
  { action: 'ask', countdownMinutes: 3 },
  (world) => {
    const show = showOf(world);
    return show.endReason === 'clock' && isOff(world, ONE, TWO) && saysOnce(show, 'keep running until the show ends');
  },
  (world) => {
    let isAsked = false;
    world.watchers.push({
      wrote(key, _before, after) {
        if (isAsked || key !== `SHOWS/${SHOW_ID}`) return;
        isAsked = (after as unknown as Show).ceiling?.course?.state === 'asked';
        const answer = () =>
          send(world, { method: 'POST', path: `/api/shows/${SHOW_ID}/ceiling/answer`, body: { answer: 'keep' } });
        if (isAsked) at(world, 1, answer);
      },
    });
  },
);

export const SHOW_END_WORKFLOWS: readonly Workflow[] = [
  PAUSED,
  PAUSED_HELD,
  PAUSED_RESUMED,
  PAUSED_CANCELLED,
  SOURCE_LOST,
  SOURCE_BACK,
  SOURCE_LOST_HELD,
  CEILING_STOPS,
  CEILING_ASKS,
  CEILING_KEPT,
];

/** The show is woken twice, late and by its earlier plan, all the time. */
const wokenOften = (workflow: Workflow): Workflow => ({
  ...workflow,
  name: `${workflow.name}, woken often`,
  setOff(world) {
    wakeTooOften(world, SHOW_ID, 30_000);
    return workflow.setOff(world);
  },
});
export const WOKEN_OFTEN: readonly Workflow[] = [PAUSED, CEILING_STOPS].map(wokenOften);

/** A crash may make a show so late that it waits for a person and is then given up. */
const isOver = (world: World) => !isOpen(showOf(world)) && isOff(world, ONE);

/** A sweep after the end moves a show whose execution was aborted while it did so. */
const SWEPT = { lastsMs: 16 * MINUTE_MS };

/** All stories, with the goals that a crash leaves: what a crash takes makes a show late. */
export const DESPITE_CRASHES: readonly Workflow[] = [
  {
    ...PAUSED,
    ...SWEPT,
    name: 'a channel starts early and never sends before its second, despite a crash',
    isReached: (_, world) => isDone(world) && sentAfter(world, showOf(world).startsAt) >= 0,
  },
  {
    ...PAUSED_HELD,
    ...SWEPT,
    name: 'a show that is held over its second never sends meanwhile, despite a crash',
    isReached: (_, world) => isOver(world) && sentAfter(world, showOf(world).startsAt) >= 30,
  },
  {
    ...PAUSED_RESUMED,
    ...SWEPT,
    name: 'a show that is held and resumed in time never sends before its second, despite a crash',
    isReached: (_, world) => isOver(world) && sentAfter(world, showOf(world).startsAt) >= 0,
  },
  {
    ...PAUSED_CANCELLED,
    ...SWEPT,
    name: 'a show whose channel is paused is cancelled and off air despite a crash',
    // With its execution gone, the sweep stops the channel, perhaps after the second that MediaLive knows.
    isReached: (_, world) => showOf(world).state === 'cancelled' && isOff(world, ONE),
  },
  {
    ...SOURCE_LOST,
    name: 'a show ends for want of a source despite a crash',
    lastsMs: 25 * MINUTE_MS,
    isReached: (_, world) => showOf(world).endReason === 'source_lost' && isOff(world, ONE),
  },
  {
    ...SOURCE_BACK,
    name: 'a show whose source comes back in time ends by the clock despite a crash',
    isReached: (_, world) => showOf(world).endReason === 'clock' && isOff(world, ONE),
  },
  {
    ...SOURCE_LOST_HELD,
    name: 'a held show without a source ends when it is resumed, despite a crash',
    isReached: (_, world) => isOver(world) && showOf(world).endReason === 'source_lost',
  },
  {
    ...CEILING_STOPS,
    name: 'the ceiling of a show ends it despite a crash',
    isReached: (_, world) => showOf(world).endReason === 'ceiling' && isOff(world, ONE, TWO),
  },
  {
    ...CEILING_ASKS,
    name: 'the ceiling of a show asks once and spares one despite a crash',
    isReached: (_, world) => isOver(world) && showOf(world).endReason === 'clock' && isOff(world, TWO),
  },
  {
    ...CEILING_KEPT,
    name: 'a person keeps a show running above its ceiling despite a crash',
    isReached: (_, world) => isOver(world) && showOf(world).endReason === 'clock' && isOff(world, TWO),
  },
];
