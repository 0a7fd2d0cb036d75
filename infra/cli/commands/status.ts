import { setTimeout as sleep } from 'node:timers/promises';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { Snapshot } from '../../../functions/api/schemas/snapshot.ts';
import type { Connection, Run } from '../command.ts';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { createOutput } from '../output.ts';
import { DESTINATION_COLUMNS, readDestinations } from './destinations.ts';

/** `sluice status` and `sluice watch`, from the snapshot that the dashboard polls. */

/** 304 answers only a request with If-None-Match, so this answer has a body. */
async function readSnapshot({ client }: Connection): Promise<Snapshot> {
  return (await client.api.snapshot.$get()).json() as Promise<Snapshot>;
}

export const status: Run = async ({ out, connect }) => {
  const connection = await connect();
  const { client, origin } = connection;
  const [snapshot, session] = await Promise.all([
    readSnapshot(connection),
    client.api.session.$get().then((response) => response.json()),
  ]);
  const { costs, destinations, incidents, service, source } = snapshot;
  const count = (is: boolean | undefined): string => (is === undefined ? 'unknown' : String(is));
  const open = incidents?.filter(({ state }) => state !== 'resolved').length;
  out.fields(snapshot, [
    ['server', origin],
    ['version', session.version],
    ['signed in as', `${session.principal} (${session.role})`],
    ['source', source === null ? 'unknown' : `${source.source.state}: ${source.source.detail}`],
    ['destinations', destinations === null ? 'unknown' : destinations.length],
    ['on air', destinations === null ? 'unknown' : destinations.filter(({ onAir }) => onAir).length],
    ['open incidents', open ?? 'unknown'],
    [
      'USD per hour',
      costs === null ? 'unknown' : `${costs.isComplete ? '' : 'at least '}${costs.perHourNow.toFixed(2)}`,
    ],
    ['healthy', count(service === null ? undefined : service.status === 'ok')],
  ]);
  if (service?.status !== 'ok') throw new CommandFailure(EXIT.failed, explainHealth(origin, service));
};

/** Says what is wrong, for a script that has thrown the table away. */
function explainHealth(origin: string, service: Snapshot['service']): string {
  if (service === null) return `the health of ${origin} is unknown`;
  const failed = service.checks.filter(({ ok }) => !ok).map(({ detail, name }) => `${name}: ${detail}`);
  return `${origin} is not healthy: ${failed.join('; ')}`;
}

const INTERVAL_DEFAULT = '2';
/** From the first line on, so that an update does not scroll. */
const CLEAR = '\u001b[H\u001b[J';

function drawTable(origin: string, data: readonly DestinationResource[]): void {
  const lines: string[] = [];
  const sink = { isTTY: true, write: (text: string) => lines.push(text.trimEnd()) };
  createOutput(sink, sink, false, false).table(null, DESTINATION_COLUMNS, data);
  const { columns = 80, rows = 24 } = process.stdout;
  const heading = `${origin}  ${new Date().toLocaleTimeString()}  Ctrl-C ends`;
  const shown = [heading, '', ...lines].slice(0, rows - 1).map((line) => line.slice(0, columns));
  process.stdout.write(`${CLEAR}${shown.join('\n')}\n`);
}

export const watch: Run = async ({ out, connect }, { options }) => {
  const interval = String(options['interval'] ?? INTERVAL_DEFAULT);
  if (!/^[1-9]\d{0,3}$/.test(interval)) throw new CommandFailure(EXIT.usage, '--interval is a whole number from 1');
  const connection = await connect();
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  while (!interrupt.signal.aborted) {
    const data = await readDestinations(connection.client);
    if (out.isJson || !out.isTerminal) out.table({ data, nextCursor: null }, DESTINATION_COLUMNS, data);
    else drawTable(connection.origin, data);
    await sleep(Number(interval) * 1000, undefined, { signal: interrupt.signal }).catch(() => {});
  }
  // Watching never ends by itself, so Ctrl-C is the ordinary end.
  return EXIT.ok;
};
