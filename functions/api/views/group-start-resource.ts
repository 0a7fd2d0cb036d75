import type { Destination } from '../../domain/destination.ts';
import type { GroupItem, GroupStart } from '../../domain/group-start.ts';
import { hasStartHistory, leadMsOf } from '../../domain/start-duration.ts';
import { forecastStarts, type StartForecast } from '../../domain/start-pace.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { GroupStartResource } from '../schemas/group-starts.ts';
import { toOperationResource } from './resources.ts';

type Deps = Pick<ApiDeps, 'now' | 'startPace' | 'startSeconds'>;

/** Predicts the starts of destinations, in their order, after those that are under way anywhere in the deployment. */
export function forecastFor(
  deps: Deps,
  records: readonly Destination[],
  waiting: readonly (Destination | null)[],
): StartForecast[] {
  const starting = records.filter(({ operation }) => operation?.kind === 'start');
  return forecastStarts(
    deps.startPace,
    starting.map((record) => remainingMsOf(deps, record, record.operation!.startedAt)),
    waiting.map((record) => leadMsOf(record, deps)),
  );
}

/** A start may take longer than the last one; then nothing is left of the estimate. */
function remainingMsOf(deps: Deps, record: Destination | null, startedAt: string): number {
  return Math.max(0, leadMsOf(record, deps) - (deps.now().getTime() - Date.parse(startedAt)));
}

/** Converts a group start to the API's resource. @param records all destinations */
export function toGroupStartResource(
  deps: Deps,
  groupStart: GroupStart,
  records: readonly Destination[],
): GroupStartResource {
  const known = new Map(records.map((record) => [record.destinationId, record]));
  const recordOf = ({ destinationId }: GroupItem) => known.get(destinationId) ?? null;
  const waiting = groupStart.destinations.filter(({ state }) => state === 'waiting');
  const forecasts = forecastFor(deps, records, waiting.map(recordOf));
  const destinations = groupStart.destinations.map((item) => {
    const forecast = forecasts[waiting.indexOf(item)];
    return toItem(deps, item, recordOf(item), forecast);
  });
  const { endReason, endedAt } = groupStart;
  const remaining = destinations.map(({ remainingSeconds }) => remainingSeconds ?? 0);
  return {
    groupStartId: groupStart.groupStartId,
    state: endedAt !== null ? 'ended' : endReason !== null ? 'ending' : 'running',
    onFailure: groupStart.onFailure,
    requestedBy: groupStart.requestedBy,
    requestedAt: groupStart.requestedAt,
    endReason,
    endDetail: groupStart.endDetail,
    endedAt,
    remainingSeconds: endedAt === null ? Math.max(0, ...remaining) : null,
    destinations,
  };
}

function toItem(
  deps: Deps,
  item: GroupItem,
  record: Destination | null,
  forecast: StartForecast | undefined,
): GroupStartResource['destinations'][number] {
  const { destinationId, name, isRequired, state, detail, startRequestedAt, startedAt } = item;
  const isStarting = state === 'starting';
  const since = record?.operation?.startedAt ?? startRequestedAt;
  const remainingMs = isStarting && since !== null ? remainingMsOf(deps, record, since) : forecast?.doneInMs;
  return {
    ...{ destinationId, name, isRequired, state, detail },
    startsInSeconds: forecast ? toSeconds(forecast.startsInMs) : null,
    remainingSeconds: remainingMs === undefined ? null : toSeconds(remainingMs),
    hasHistory: hasStartHistory(record),
    step: isStarting ? stepOf(record) : null,
    requestedAt: startRequestedAt,
    startedAt,
  };
}

/** Returns what the operation in flight does now, as far as the record shows it. */
function stepOf(record: Destination | null): string | null {
  if (!record?.operation) return null;
  const { steps } = toOperationResource(record.destinationId, record.operation);
  return steps.at(-1)?.label ?? null;
}

export function toSeconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
