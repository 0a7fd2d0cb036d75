import type { Run } from '../command.ts';
import { findDestination, limitOf } from './destinations.ts';

/** Commands that read costs, reports, recordings and the timeline. */

const usd = (amount: number | null): string | null => (amount === null ? null : amount.toFixed(2));

function periodOf({ from, to }: Readonly<Record<string, string | boolean | undefined>>): {
  from?: string;
  to?: string;
} {
  return { ...(typeof from === 'string' ? { from } : {}), ...(typeof to === 'string' ? { to } : {}) };
}

export const costs: Run = async ({ out, connect }, { options }) => {
  const { client } = await connect();
  if (options['from'] === undefined && options['to'] === undefined && options['by'] === undefined) {
    const now = await (await client.api.costs.now.$get()).json();
    // An amount with an unknown part is a lower bound.
    const atLeast = now.isComplete ? '' : 'at least ';
    out.fields(now, [
      ['USD per hour now', `${atLeast}${usd(now.perHourNow)}`],
      ['USD today', `${now.isSoFarComplete ? '' : 'at least '}${usd(now.soFarToday)}`],
      ['billed', now.isBilled ? 'yes' : 'no, this is what it would cost on AWS'],
      ['unknown', [...new Set([...now.unknownParts, ...now.soFarUnknownParts])].join(', ')],
    ]);
    return;
  }
  const groupBy = (options['by'] ?? 'destination') as 'destination';
  const body = await (await client.api.costs.$get({ query: { groupBy, ...periodOf(options) } })).json();
  // Without a format it is JSON, never CSV.
  out.table(
    body,
    [
      ['KEY', ({ key }) => key],
      ['NAME', ({ name }) => name],
      ['RUNS', ({ runs }) => runs],
      ['MINUTES', ({ minutes }) => Math.round(minutes)],
      ['BILLED MINUTES', ({ billedMinutes }) => billedMinutes],
    ],
    body.data,
  );
};

export const reports: Run = async ({ out, connect }, { args }) => {
  const { client } = await connect();
  const [name] = args;
  if (name !== undefined) {
    out.line((await (await client.api.reports[':name'].$get({ param: { name } })).text()).trimEnd());
    return;
  }
  const body = await (await client.api.reports.$get({ query: {} })).json();
  out.table(
    body,
    [
      ['NAME', ({ name: file }) => file],
      ['DAY', ({ day }) => day],
      ['FORMAT', ({ format }) => format],
      ['BYTES', ({ sizeBytes }) => sizeBytes],
    ],
    body.data,
  );
};

export const recordings: Run = async ({ out, connect }, { options }) => {
  const { client } = await connect();
  const body = await (await client.api.recordings.$get({ query: limitOf(options) })).json();
  out.table(
    body,
    [
      ['ID', ({ recordingId }) => recordingId],
      ['NAME', ({ name }) => name],
      ['STATE', ({ state }) => state],
      ['SECONDS', ({ durationSeconds }) => (durationSeconds === null ? null : Math.round(durationSeconds))],
      ['BYTES', ({ sizeBytes }) => sizeBytes],
      ['LOCATION', ({ location }) => location],
    ],
    body.data,
  );
};

export const timeline: Run = async ({ out, connect }, { options }) => {
  const { client } = await connect();
  const named = options['destination'];
  const about =
    typeof named === 'string' ? { destinationId: (await findDestination(client, named)).destinationId } : {};
  const body = await (
    await client.api.timeline.$get({ query: { ...about, ...periodOf(options), ...limitOf(options) } })
  ).json();
  out.table(
    body,
    [
      ['AT', ({ at }) => at],
      ['ACTOR', ({ actor }) => actor],
      ['DESTINATION', ({ destinationName }) => destinationName],
      ['DETAIL', ({ detail }) => detail],
    ],
    body.data,
  );
};
