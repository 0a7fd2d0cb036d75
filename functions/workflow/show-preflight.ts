import type { AwsDeps } from '../aws/clients.ts';
import { getDestination } from '../aws/destination-table.ts';
import { listAllowedBlocks } from '../aws/input-security-group.ts';
import { putPreflight } from '../aws/preflight-table.ts';
import { changeShow } from '../aws/show-table.ts';
import type { Destination } from '../domain/destination.ts';
import { errorName } from '../domain/errors.ts';
import {
  describeCounts,
  summaryOf,
  toPreflight,
  type Preflight,
  type PreflightCheck,
  type PreflightOccasion,
} from '../domain/preflight.ts';
import { DELETED } from '../domain/preflight-destination.ts';
import { lengthSeconds } from '../domain/show-plan.ts';
import { duePreflight, nextPreflightAt, preflightEvents } from '../domain/show-preflight.ts';
import { RUN_SHEET, withLog, type Show } from '../domain/show.ts';
import { publishEvents, type PublishDeps } from '../notify/publish-event.ts';
import { runPreflight } from './preflight.ts';
import type { PreflightDeps, PreflightRequest } from './preflight-request.ts';
import { noteShow } from './run-show.ts';

/** The preflight of a show: of all its destinations, kept with the show. */

export type ShowPreflightDeps = PreflightDeps & AwsDeps<'sfn', 'showMachineArn'>;

/** Runs a preflight of a show, keeps it and records in the show's log what came of it. */
export async function preflightShow(
  deps: ShowPreflightDeps,
  show: Show,
  request: Pick<PreflightRequest, 'occasion' | 'readAllowedBlocks' | 'requestedBy' | 'testMs'>,
): Promise<Preflight> {
  const { chosen, missing } = await readDestinations(deps, show);
  const found = await runPreflight(deps, {
    ...request,
    chosen,
    required: new Set(show.destinations.flatMap((each) => (each.isRequired ? [each.destinationId] : []))),
    show,
    planned: { startsAt: new Date(show.startsAt), hours: lengthSeconds(show) / 3600 },
  });
  const preflight = toPreflight(found, [...found.checks, ...missing]);
  await putPreflight(deps, show, preflight);
  await keepSummary(deps, show, preflight);
  return preflight;
}

async function readDestinations(
  deps: ShowPreflightDeps,
  { destinations }: Show,
): Promise<{ chosen: Destination[]; missing: PreflightCheck[] }> {
  const records = await Promise.all(destinations.map(({ destinationId }) => getDestination(deps, destinationId)));
  const chosen = records.filter((record) => record !== null && record.desired !== 'deleted') as Destination[];
  const known = new Set(chosen.map(({ destinationId }) => destinationId));
  const missing = destinations
    .filter(({ destinationId }) => !known.has(destinationId))
    .map(({ destinationId, isRequired, name }): PreflightCheck => {
      const subject = { kind: 'destination', id: destinationId, name } as const;
      return { check: 'destination', subject, isRequired, ...DELETED };
    });
  return { chosen, missing };
}

async function keepSummary(deps: ShowPreflightDeps, show: Show, preflight: Preflight): Promise<void> {
  const { checkedAt, occasion, requestedBy } = preflight;
  const { startsAt } = show;
  const when = occasion === 'request' ? '' : ` at ${occasion}`;
  const entry = { at: checkedAt, actor: requestedBy, detail: `checked the show${when}: ${describeCounts(preflight)}` };
  let before = show;
  const after = await changeShow(deps, show.showId, (found) => {
    before = found;
    const checked = occasion === 'request' ? {} : { checked: { occasion, startsAt } };
    return withLog({ ...found, ...checked, preflight: summaryOf(preflight) }, entry);
  });
  if (after) await noteShow(deps, before, after);
}

/** What the run sheet's own preflights need besides. */
export type ShowCheckDeps = ShowPreflightDeps &
  PublishDeps &
  AwsDeps<'mediaLive', 'deliveryMachineArn' | 'inputSecurityGroupId'>;

/** The step of the state machine may take 60 seconds. */
const TEST_MS = 20_000;
/** After a preflight that failed itself, as when the table did not answer. */
const RETRY_MS = 60_000;

/**
 * Runs the preflight that is due before a show, if one is. A failure of it never reaches the run sheet.
 * @param actsAt when the run sheet acts next
 * @returns when to wake up: at the next preflight, or when the run sheet acts
 */
export async function checkWhenDue(deps: ShowCheckDeps, show: Show, actsAt: Date): Promise<Date> {
  const occasion = duePreflight(show, actsAt, deps.now());
  const retryAt = occasion === null || (await check(deps, show, occasion)) ? null : deps.now().getTime() + RETRY_MS;
  const next = nextPreflightAt(show, deps.now());
  return new Date(Math.min(actsAt.getTime(), next?.getTime() ?? Infinity, retryAt ?? Infinity));
}

/** @returns false when it could not be completed */
async function check(deps: ShowCheckDeps, show: Show, occasion: PreflightOccasion): Promise<boolean> {
  try {
    const readAllowedBlocks = () => listAllowedBlocks(deps);
    const request = { requestedBy: RUN_SHEET, occasion, testMs: TEST_MS, readAllowedBlocks };
    await publishEvents(deps, preflightEvents(show, await preflightShow(deps, show, request)));
    return true;
  } catch (error) {
    deps.logger.warn('a show could not be checked', { showId: show.showId, occasion, error: errorName(error) });
    return false;
  }
}
