import type { GroupStartPlan, GroupStartResource } from '../../../functions/api/schemas/group-starts.ts';
import type { Glyph, Tone } from '../ui/tone.ts';
import { sentence } from '../ui/format.ts';

/** The words for group starts. */

type Item = GroupStartResource['destinations'][number];

const WORDS: Record<Item['state'], { tone: Tone; glyph: Glyph; word: string }> = {
  waiting: { tone: 'waiting', glyph: 'waiting', word: 'Waiting' },
  starting: { tone: 'motion', glyph: 'motion', word: 'Starting' },
  started: { tone: 'air', glyph: 'air', word: 'Started' },
  refused: { tone: 'attention', glyph: 'attention', word: 'Refused' },
  failed: { tone: 'attention', glyph: 'attention', word: 'Failed' },
  skipped: { tone: 'off', glyph: 'off', word: 'Skipped' },
  stopped: { tone: 'off', glyph: 'off', word: 'Stopped' },
};

/** Formats a duration in one unit: `80 s`, `4 min`. */
function roundSeconds(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** Formats an estimate: `about 80 s`, `about 4 min`. */
export function aboutSeconds(seconds: number): string {
  return `about ${roundSeconds(seconds)}`;
}

/** Says when a destination starts and how long it takes, before the group start begins. */
export function planText({
  detail,
  hasHistory,
  remainingSeconds,
  startsInSeconds,
}: GroupStartPlan['destinations'][number]) {
  if (remainingSeconds === null || startsInSeconds === null) return sentence(detail ?? '');
  const takes = `${aboutSeconds(remainingSeconds - startsInSeconds)}${hasHistory ? '' : ', a guess for the first start'}`;
  return startsInSeconds === 0 ? `Starts at once, ${takes}` : `Starts in ${roundSeconds(startsInSeconds)}, ${takes}`;
}

/** Presents one destination of a group start. */
export function presentItem(item: Item): { tone: Tone; glyph: Glyph; word: string; detail: string } {
  return { ...WORDS[item.state], detail: detailOf(item) };
}

function detailOf({ detail, hasHistory, remainingSeconds, startsInSeconds, state, step }: Item): string {
  if (state === 'waiting' && startsInSeconds !== null) {
    return startsInSeconds === 0 ? 'Starts next' : `Starts in ${roundSeconds(startsInSeconds)}`;
  }
  if (state !== 'starting') return sentence(detail ?? '');
  if (remainingSeconds === null) return sentence(step ?? '');
  const left = remainingSeconds === 0 ? 'any moment now' : aboutSeconds(remainingSeconds);
  return sentence(`${step ?? 'starting'}, ${left}${hasHistory ? '' : ' (a guess for the first start)'}`);
}

/** Counts the destinations that did not start although they should have. */
export function countFailed({ destinations }: GroupStartResource): number {
  return destinations.filter(({ state }) => ['refused', 'failed', 'stopped'].includes(state)).length;
}

/** Summarizes a group start in one line. */
export function summaryOf({ destinations, endDetail, remainingSeconds, state }: GroupStartResource): string {
  const done = destinations.filter((item) => item.state === 'started' || item.state === 'skipped').length;
  const count = `${done} of ${destinations.length}`;
  if (state === 'ended') return `Started ${count}`;
  if (state === 'ending') return `Ending: ${endDetail}`;
  return remainingSeconds ? `Started ${count}, ${aboutSeconds(remainingSeconds)} left` : `Started ${count}`;
}
