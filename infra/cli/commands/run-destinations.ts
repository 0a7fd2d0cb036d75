import type { ApiClient } from '../../../functions/api/api-client.ts';
import { ApiProblem } from '../../../functions/api/api-problem.ts';
import { isMoving } from '../../../functions/api/is-moving.ts';
import type { BulkResult, BulkStartResult, DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { GroupStartResource } from '../../../functions/api/schemas/group-starts.ts';
import type { CommandContext, Invocation, Run } from '../command.ts';
import { CommandFailure, EXIT, type ExitCode } from '../command-failure.ts';
import { createSettling, whyNotDelivering } from '../delivery.ts';
import { followWork, readTimeoutSeconds } from '../follow-work.ts';
import { findDestination, pickDestination, readDestinations } from './destinations.ts';

/** Commands that start, stop, restart and delete destinations. */

function describe({ health, name, operation, status }: DestinationResource): string {
  const step = operation?.steps.at(-1)?.label;
  if (operation) {
    return `${name}: ${status}, step ${operation.stepNumber} of ${operation.stepCount}${step ? `, ${step}` : ''}`;
  }
  return status === 'running' && health.level !== 'good' ? `${name}: running, ${health.detail}` : `${name}: ${status}`;
}

export const start: Run = (context, invocation) => runSome(context, invocation, 'start');
export const stop: Run = (context, invocation) => runSome(context, invocation, 'stop');

async function runSome(context: CommandContext, invocation: Invocation, action: 'start' | 'stop') {
  const { args, options } = invocation;
  const timeout = readTimeoutSeconds(options['timeout']);
  const isSelected = [args.length > 0, options['group'] !== undefined, options['all'] === true];
  if (isSelected.filter(Boolean).length !== 1)
    throw new CommandFailure(EXIT.usage, 'name the destinations, or give --group NAME or --all');
  const { client } = await context.connect();
  if (args.length === 1) return runOne(context, client, action, await findDestination(client, args[0]!), invocation);
  const known = args.length > 0 ? await readDestinations(client) : [];
  const ids = args.map((given) => pickDestination(known, given).destinationId);
  const json =
    ids.length > 0 ? { ids } : options['all'] === true ? { all: true as const } : { group: options['group'] as string };
  const answer = await (await client.api.destinations[action].$post({ json })).json();
  const isWaiting = options['wait'] === true;
  const { answer: after, destinations } = isWaiting
    ? await followAll(context, client, answer, timeout)
    : { answer, destinations: await readDestinations(client) };
  const now = new Map(destinations.map((each) => [each.destinationId, each]));
  context.out.table(
    after,
    [
      ['ID', ({ destinationId }) => destinationId],
      ['NAME', ({ destinationId }) => now.get(destinationId)?.name],
      ['OUTCOME', ({ outcome }) => outcome],
      ['STATUS', ({ status }) => status],
      ['DETAIL', ({ detail }) => detail],
    ],
    after.results,
  );
  if (after.results.some(({ outcome }) => outcome === 'refused')) return EXIT.refused;
  if (!isWaiting) return EXIT.ok;
  if (action === 'start') requireDelivery(after.results.flatMap(({ destinationId }) => now.get(destinationId) ?? []));
  return after.results.some(isFailed) ? EXIT.failed : EXIT.ok;
}

/**
 * Ends the command when what was started runs without delivering, for a script that has thrown the table away.
 * @throws {CommandFailure} `failed`, with the reason of each
 */
function requireDelivery(started: readonly DestinationResource[]): void {
  const reasons = started.flatMap((each) => {
    const reason = whyNotDelivering(each);
    return reason === null ? [] : `${each.name} is running and does not deliver: ${reason}`;
  });
  if (reasons.length > 0) throw new CommandFailure(EXIT.failed, reasons.join('. '));
}

/** One that never had its turn is still idle, and `detail` says why. */
const isFailed = ({ outcome, status, detail }: BulkResult['results'][number]): boolean =>
  status === 'error' || (outcome === 'accepted' && detail !== null);

/** The items of the group start behind a bulk start; null for a bulk stop, and once the group start is forgotten. */
async function readGroupStart(client: ApiClient, answer: BulkResult | BulkStartResult) {
  const groupStartId = 'groupStartId' in answer ? answer.groupStartId : null;
  if (groupStartId === null) return null;
  try {
    return await (await client.api['group-starts'][':groupStartId'].$get({ param: { groupStartId } })).json();
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.status === 404) return null;
    throw error;
  }
}

/** Why the group start did not start a destination; null when it did. */
function whyNotStarted(groupStart: GroupStartResource | null, destinationId: string): string | null {
  const item = groupStart?.destinations.find((each) => each.destinationId === destinationId);
  if (!item || !['refused', 'failed', 'skipped', 'stopped'].includes(item.state)) return null;
  return item.detail ?? item.state;
}

/** As in functions/api/waits.ts: a bulk start puts them on air one after the other, and its group start says when all had their turn. */
async function followAll<Answer extends BulkResult>(
  { out }: CommandContext,
  client: ApiClient,
  answer: Answer,
  timeout: number | null,
): Promise<{ answer: Answer; destinations: DestinationResource[] }> {
  const isStart = 'groupStartId' in answer;
  const isSettling = createSettling();
  const accepted = new Set(
    answer.results.filter(({ outcome }) => outcome === 'accepted').map(({ destinationId }) => destinationId),
  );
  return followWork(out, timeout, async () => {
    // Before the destinations, so that none is read before its turn and judged after it.
    const groupStart = await readGroupStart(client, answer);
    const destinations = await readDestinations(client);
    const now = new Map(destinations.map((each) => [each.destinationId, each]));
    const moving = destinations.filter(
      (each) => accepted.has(each.destinationId) && (isMoving(each) || (isStart && isSettling(each))),
    );
    const results = answer.results.map((each) => ({
      ...each,
      status: now.get(each.destinationId)?.status ?? each.status,
      detail: each.detail ?? whyNotStarted(groupStart, each.destinationId),
    }));
    const waiting = groupStart?.destinations.filter(({ state }) => state === 'waiting').length ?? 0;
    const isOver = moving.length === 0 && (groupStart === null || groupStart.state === 'ended');
    const parts = [...moving.map(describe), ...(waiting > 0 ? [`${waiting} waiting for their turn`] : [])];
    const text = isOver ? `${accepted.size} done` : parts.join('; ') || 'waiting for the result of the group start';
    return { resource: { answer: { ...answer, results }, destinations }, isOver, text };
  });
}

export const restart: Run = async (context, invocation) => {
  const { client } = await context.connect();
  return runOne(context, client, 'restart', await findDestination(client, invocation.args[0]!), invocation);
};

async function runOne(
  { out }: CommandContext,
  client: ApiClient,
  action: 'start' | 'stop' | 'restart',
  { destinationId }: DestinationResource,
  { options }: Invocation,
): Promise<ExitCode> {
  const timeout = readTimeoutSeconds(options['timeout']);
  const param = { destinationId };
  const one = client.api.destinations[':destinationId'];
  const accepted = await (await one[action].$post({ param })).json();
  const isWaiting = options['wait'] === true;
  const isSettling = createSettling();
  const look = async () => {
    const resource = await (await one.$get({ param })).json();
    const isOver = !isMoving(resource) && (action === 'stop' || !isSettling(resource));
    return { resource, isOver, text: describe(resource) };
  };
  const after = isWaiting ? await followWork(out, timeout, look) : accepted;
  out.fields(after, [
    ['id', after.destinationId],
    ['name', after.name],
    ['status', after.status],
    ['on air', after.onAir ? 'yes' : 'no'],
    ['health', `${after.health.level}: ${after.health.detail}`],
    ['last error', after.lastError?.detail],
  ]);
  if (!isWaiting) return EXIT.ok;
  if (after.status === 'error' || after.lastError !== null) return EXIT.failed;
  if (action !== 'stop') requireDelivery([after]);
  return EXIT.ok;
}

export const remove: Run = async ({ out, connect }, { args, options }) => {
  const timeout = readTimeoutSeconds(options['timeout']);
  const { client } = await connect();
  const found = await findDestination(client, args[0]!);
  const param = { destinationId: found.destinationId };
  const one = client.api.destinations[':destinationId'];
  await one.$delete(options['stop'] === true ? { param, query: { stop: 'true' } } : { param });
  const look = async () => {
    try {
      const resource = await (await one.$get({ param })).json();
      if (resource.status === 'error')
        throw new CommandFailure(EXIT.failed, resource.lastError?.detail ?? 'not deleted');
      return { resource: null, isOver: false, text: describe(resource) };
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.status === 404)
        return { resource: null, isOver: true, text: `${found.name}: deleted` };
      throw error;
    }
  };
  if (options['wait'] === true) await followWork(out, timeout, look);
  if (out.isJson) out.json({ destinationId: found.destinationId });
};
