import type { ApiClient } from '../../../functions/api/api-client.ts';
import type { ShowResource, ShowSummary } from '../../../functions/api/schemas/shows.ts';
import type { CommandContext, Run } from '../command.ts';
import { findByName } from '../find-by-name.ts';
import { limitOf } from './destinations.ts';

/** Commands of shows. */

/** Of the open and the past shows, at most the newest hundred of each. */
async function findShow(client: ApiClient, given: string): Promise<ShowSummary> {
  const read = async (state: 'open' | 'past') =>
    (await (await client.api.shows.$get({ query: { state, limit: 100 } })).json()).data;
  const [open, past] = await Promise.all([read('open'), read('past')]);
  const byId = [...open, ...past].find(({ showId }) => showId === given);
  // A title often belongs to many past shows; the one that is open is meant.
  const isOpen = open.some(({ title }) => title.toLocaleLowerCase().startsWith(given.toLocaleLowerCase()));
  const shows = byId ? [byId] : isOpen ? open : [...open, ...past];
  return findByName(shows, given, 'show', ({ showId, title }) => ({ id: showId, name: title }));
}

export const list: Run = async ({ out, connect }, { options }) => {
  const { client } = await connect();
  const state = options['past'] === true ? 'past' : 'open';
  const body = await (await client.api.shows.$get({ query: { state, ...limitOf(options) } })).json();
  out.table(
    body,
    [
      ['ID', ({ showId }) => showId],
      ['TITLE', ({ title }) => title],
      ['STATE', ({ state: now }) => now],
      ['STARTS', ({ startsAt }) => startsAt],
      ['ENDS', ({ endsAt }) => endsAt],
      ['DESTINATIONS', ({ destinationCount }) => destinationCount],
      ['ATTENTION', ({ attention }) => attention.join(' ')],
    ],
    body.data,
  );
};

function stageOf({ problem, onAirAt, offAirAt, readyAt, plannedAt }: ShowResource['destinations'][number]): string {
  if (problem !== null) return problem;
  if (offAirAt !== null) return `off air since ${offAirAt}`;
  if (onAirAt !== null) return `on air since ${onAirAt}`;
  return readyAt === null ? `planned for ${plannedAt}` : 'ready';
}

function print({ out }: CommandContext, show: ShowResource): void {
  out.fields(show, [
    ['id', show.showId],
    ['title', show.title],
    ['state', show.state],
    ['run sheet', show.automation],
    ['starts', show.startsAt],
    ['ends', show.endsAt],
    ...show.destinations.map((each) => ['destination', `${each.name}: ${stageOf(each)}`] as const),
    ...show.attention.map((text) => ['attention', text] as const),
    ['allowed', show.allowedActions.join(', ')],
  ]);
}

export const show: Run = async (context, { args }) => {
  const { client } = await context.connect();
  const { showId } = await findShow(client, args[0]!);
  print(context, await (await client.api.shows[':showId'].$get({ param: { showId } })).json());
};

export const report: Run = async ({ out, connect }, { args }) => {
  const { client } = await connect();
  const { showId } = await findShow(client, args[0]!);
  out.json(await (await client.api.shows[':showId'].report.$get({ param: { showId } })).json());
};

export type ShowAction = 'schedule' | 'unschedule' | 'cancel' | 'go-live' | 'hold' | 'resume' | 'take-over' | 'end';

export const act =
  (action: ShowAction): Run =>
  async (context, { args }) => {
    const { client } = await context.connect();
    const { showId } = await findShow(client, args[0]!);
    print(context, await (await client.api.shows[':showId'][action].$post({ param: { showId } })).json());
  };
