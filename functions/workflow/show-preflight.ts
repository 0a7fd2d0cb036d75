import type { AwsDeps } from '../aws/clients.ts';
import { getDestination } from '../aws/destination-table.ts';
import { putPreflight } from '../aws/preflight-table.ts';
import { changeShow } from '../aws/show-table.ts';
import type { Destination } from '../domain/destination.ts';
import { describeCounts, summaryOf, toPreflight, type Preflight, type PreflightCheck } from '../domain/preflight.ts';
import { DELETED } from '../domain/preflight-destination.ts';
import { lengthSeconds } from '../domain/show-plan.ts';
import { withLog, type Show } from '../domain/show.ts';
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
  const when = occasion === 'request' ? '' : ` ${occasion.slice(2)} minutes before the start`;
  const entry = { at: checkedAt, actor: requestedBy, detail: `checked the show${when}: ${describeCounts(preflight)}` };
  let before = show;
  const after = await changeShow(deps, show.showId, (found) => {
    before = found;
    return withLog({ ...found, preflight: summaryOf(preflight) }, entry);
  });
  if (after) await noteShow(deps, before, after);
}
