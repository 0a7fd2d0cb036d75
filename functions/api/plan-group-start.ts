import { listCeilings } from '../aws/ceiling-table.ts';
import type { Destination } from '../domain/destination.ts';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import { whyNotStarted, type ChosenItem } from '../domain/group-start.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import type { Finding } from '../domain/preflight.ts';
import { checkFlowOutputs, checkQuotas } from '../domain/preflight-deployment.ts';
import { hasStartHistory } from '../domain/start-duration.ts';
import { requireStartsWithin } from '../workflow/ceilings.ts';
import type { ApiDeps } from './api-deps.ts';
import { idsOfGroup } from './choose-destinations.ts';
import { invalidFields } from './http/validation.ts';
import type { FlowStatusResource } from './schemas/flow.ts';
import type { GroupStartInput, GroupStartPlan } from './schemas/group-starts.ts';
import { toFlowStatusResource, type FlowLookMemo } from './views/flow-status.ts';
import { forecastFor, toSeconds } from './views/group-start-resource.ts';

/** A group start as it would be: what it starts, and why it would be refused. */
export interface PlannedGroup {
  chosen: ChosenItem[];
  plan: GroupStartPlan;
  /** In the order in which they are reported. */
  refusals: AppError[];
}

/**
 * Plans a group start. It changes nothing.
 * @param records all destinations
 * @throws {AppError} `validation_failed` for ids that cannot be started
 */
export async function planGroupStart(
  deps: ApiDeps,
  look: FlowLookMemo,
  { input, records }: { input: GroupStartInput; records: readonly Destination[] },
): Promise<PlannedGroup> {
  const destinations = chooseRecords(records, input);
  const required = requireAmong(destinations, input.required ?? []);
  const starting = destinations.filter((record) => whyNotStarted(record) === null);
  const forecasts = forecastFor(deps, records, starting);
  const status = toFlowStatusResource(deps, await look.get(), '');
  const refusals = [
    ...(await refuseWhatDoesNotFit(deps, { records, starting, status })),
    ...(input.withoutEncoder || starting.length === 0 ? [] : askWithoutEncoder(status)),
  ];
  const chosen = destinations.map(({ destinationId, name }) => {
    return { destinationId, name, isRequired: required.has(destinationId) };
  });
  const plan: GroupStartPlan = {
    destinations: destinations.map((record, index) => {
      const forecast = forecasts[starting.indexOf(record)];
      return {
        ...chosen[index]!,
        state: forecast ? ('waiting' as const) : ('skipped' as const),
        detail: whyNotStarted(record),
        startsInSeconds: forecast ? toSeconds(forecast.startsInMs) : null,
        remainingSeconds: forecast ? toSeconds(forecast.doneInMs) : null,
        hasHistory: hasStartHistory(record),
      };
    }),
    totalSeconds: toSeconds(Math.max(0, ...forecasts.map(({ doneInMs }) => doneInMs))),
    problems: refusals.map(({ code, detail, remedy }) => ({ code, detail, remedy, isQuestion: code === 'no_encoder' })),
  };
  return { chosen, plan, refusals };
}

function chooseRecords(records: readonly Destination[], { ids, group }: GroupStartInput): Destination[] {
  const known = new Map(records.map((record) => [record.destinationId, record]));
  const chosen = [...new Set(ids ?? idsOfGroup(records, group))];
  const errors = chosen.flatMap((id, index) => {
    const record = known.get(id);
    if (record && isPrimary(record)) {
      return [{ field: `ids.${index}`, message: 'the preview starts and stops by its mode: leave it out' }];
    }
    if (record && record.desired !== 'deleted') return [];
    return [{ field: `ids.${index}`, message: `${id} is no destination: GET /api/destinations lists all` }];
  });
  if (errors.length > 0) throw invalidFields(errors);
  return chosen.map((id) => known.get(id)!);
}

function requireAmong(destinations: readonly Destination[], required: readonly string[]): Set<string> {
  const errors = required.flatMap((id, index) =>
    destinations.some(({ destinationId }) => destinationId === id)
      ? []
      : [{ field: `required.${index}`, message: `${id} is not one of the destinations that are to start` }],
  );
  if (errors.length > 0) throw invalidFields(errors);
  return new Set(required);
}

interface Facts {
  records: readonly Destination[];
  starting: readonly Destination[];
  status: FlowStatusResource;
}

async function refuseWhatDoesNotFit(deps: ApiDeps, { records, starting, status }: Facts): Promise<AppError[]> {
  if (starting.length === 0) return [];
  const { outputs } = status;
  const flow = { status: status.status, egressIp: null, outputsUsed: outputs.used, outputsMax: outputs.limit };
  const found = [
    refusalOf('flow_full', checkFlowOutputs(flow, starting)),
    refusalOf('quota_exceeded', checkQuotas(deps.deployment, records, starting)),
    await refusalByCeilings(deps, records, starting),
  ];
  return found.filter((refusal) => refusal !== null);
}

function refusalOf(code: ErrorCode, { state, detail, remedy }: Finding): AppError | null {
  return state === 'failed'
    ? new AppError(code, { detail: sentenceOf(detail), remedy: sentenceOf(remedy ?? '') })
    : null;
}

/** A preflight answers whole sentences, a problem does not. */
function sentenceOf(text: string): string {
  return (text.charAt(0).toLowerCase() + text.slice(1)).replace(/\.$/, '');
}

async function refusalByCeilings(
  deps: ApiDeps,
  records: readonly Destination[],
  starting: readonly Destination[],
): Promise<AppError | null> {
  try {
    await requireStartsWithin(deps, await listCeilings(deps), { records, starting });
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'ceiling_reached') return error;
    throw error;
  }
}

function askWithoutEncoder({ source }: FlowStatusResource): AppError[] {
  if (source.state === 'connected') return [];
  return [
    new AppError('no_encoder', {
      detail: `nothing goes on air: ${source.detail}`,
      remedy:
        'connect the encoder first, or repeat the request with "withoutEncoder": true; channels that wait are billed',
    }),
  ];
}
