import type { z } from '@hono/zod-openapi';
import { listAllDestinations } from '../aws/destination-table.ts';
import { AppError } from '../domain/errors.ts';
import { lengthSeconds, type DestinationInput, type TimesInput } from '../domain/show-plan.ts';
import { requireShowAction, revised, withLog, type Show, type ShowPlan } from '../domain/show.ts';
import { toWallClock } from '../domain/wall-clock.ts';
import { newShow } from '../domain/new-show.ts';
import type { ApiDeps } from './api-deps.ts';
import { createSeries } from './series-of-shows.ts';
import { findShow, requireFoundShow, requireShowMatch, showChangedMeanwhile } from './find-show.ts';
import { requireDestinations, requireTimes, storeNewShow, storePlan } from './plan-show.ts';
import type { CreateShow, DuplicateShow, PatchShow } from './schemas/shows.ts';
import { createWithCover } from './show-cover.ts';
import { requireShowCeiling, toCeilingFields } from './show-ceiling-fields.ts';

/** Creates, changes and copies plans of shows as they were requested. */

type CreateInput = z.infer<typeof CreateShow>;
type PatchInput = z.infer<typeof PatchShow>;

/** Creates a show. @throws {AppError} `validation_failed` or `show_conflict` */
export async function createShow(deps: ApiDeps, input: CreateInput, createdBy: string): Promise<Show> {
  const plan = await checkPlan(deps, input);
  const { coverFrom, recurrence } = input;
  if (recurrence) return createSeries(deps, plan, { rule: recurrence, createdBy, coverFrom });
  const detail = plan.isDraft ? 'created the show as a draft' : 'planned the show';
  const made = { by: createdBy, at: deps.now().toISOString(), detail };
  const showId = deps.newId('shw');
  return createWithCover(deps, coverFrom, { ownerId: showId, showId }, (cover) =>
    storeNewShow(deps, newShow({ ...plan, showId, cover }, made)),
  );
}

/** Checks what is to be planned. @throws {AppError} `validation_failed` */
async function checkPlan(deps: ApiDeps, input: CreateInput): Promise<ShowPlan & { isDraft: boolean }> {
  const { localEnd = null } = input;
  const times = requireTimes(deps, { ...input, localEnd, endRule: input.endRule ?? ruleFor(localEnd) });
  const destinations = await requireDestinations(deps, toInputs(input.destinations ?? []), times);
  const ceiling = input.ceiling ? await requireShowCeiling(deps, input.ceiling, { destinations, before: null }) : null;
  return {
    title: input.title,
    description: input.description ?? '',
    category: input.category ?? null,
    tags: input.tags ?? [],
    privacy: input.privacy ?? 'private',
    notes: input.notes ?? '',
    sendsReport: input.sendsReport ?? false,
    record: input.record ?? false,
    startsSource: input.startsSource ?? false,
    ...times,
    sourceLostMinutes: input.sourceLostMinutes ?? null,
    onFailure: input.onFailure ?? 'continue',
    expectedSource: input.expectedSource ?? null,
    ceiling,
    destinations,
    isDraft: input.isDraft ?? true,
  };
}

function ruleFor(localEnd: string | null): Show['endRule'] {
  return localEnd === null ? 'hand' : 'clock';
}

function toInputs(given: NonNullable<CreateInput['destinations']>): DestinationInput[] {
  return given.map(({ destinationId, offsetSeconds = 0, isRequired = false }) => ({
    destinationId,
    offsetSeconds,
    isRequired,
  }));
}

/**
 * Changes a plan.
 * @throws {AppError} `validation_failed`, `show_conflict`, `illegal_transition`, `etag_mismatch` or `concurrent_change`
 */
export async function editShow(
  deps: ApiDeps,
  showId: string,
  change: PatchInput,
  { by, ifMatch }: { by: string; ifMatch: string | undefined },
): Promise<Show> {
  const found = await findShow(deps, showId);
  requireShowMatch(found, ifMatch);
  requireShowAction(found, 'edit');
  const planned = await changedFields(deps, found, change);
  const fields = { ...planned, ...(await changedCeiling(deps, { ...found, ...planned }, change)) };
  const names = Object.keys(change).toSorted();
  if (names.length === 0) return found;
  const stored = await storePlan(deps, showId, (show) => {
    requireShowMatch(show, ifMatch);
    requireShowAction(show, 'edit');
    if (show.revision !== found.revision || show.state !== found.state) throw showChangedMeanwhile(showId);
    const at = deps.now().toISOString();
    // What the run sheet has recorded since the show was read stays.
    const { destinations = show.destinations, ...rest } = fields;
    const edited = withLog(
      { ...show, ...rest, destinations },
      { at, actor: by, detail: `changed ${names.join(', ')}` },
    );
    return revised(edited, deps.now());
  });
  return requireFoundShow(stored, showId);
}

/** Checks the ceiling of a show that changes, or whose destinations do. */
async function changedCeiling(
  deps: ApiDeps,
  { destinations, ceiling: before }: Show,
  change: PatchInput,
): Promise<Partial<Pick<Show, 'ceiling'>>> {
  if (change.ceiling === null) return { ceiling: null };
  const isOther = change.ceiling !== undefined || change.destinations !== undefined;
  const wanted = change.ceiling ?? (before && toCeilingFields(before, new Set(before.spared)));
  return isOther && wanted ? { ceiling: await requireShowCeiling(deps, wanted, { destinations, before }) } : {};
}

const TIME_FIELDS = ['zone', 'localStart', 'localEnd', 'endRule'] as const;

async function changedFields(
  deps: ApiDeps,
  show: Show,
  change: PatchInput,
): Promise<Partial<ShowPlan & Pick<Show, 'missedAt'>>> {
  const { destinations: wanted, ceiling: _ceiling, ...rest } = change;
  const { zone: _zone, localStart: _start, localEnd: _end, endRule: _rule, ...texts } = rest;
  const isRunning = show.state === 'starting' || show.state === 'live';
  if (isRunning) requireStartKept(show, change);
  if (TIME_FIELDS.every((field) => change[field] === undefined) && wanted === undefined) return texts;
  const times = toTimes(show, change);
  const isMoved = TIME_FIELDS.some((field) => change[field] !== undefined && change[field] !== show[field]);
  const planned = isMoved ? requireTimes(deps, times, { running: isRunning }) : show;
  const { startsAt, endsAt } = planned;
  if (isRunning) return { ...texts, ...timesOf(planned) };
  const inputs = wanted ? toInputs(wanted) : show.destinations;
  const destinations = await requireDestinations(deps, inputs, { startsAt, endsAt });
  return { ...texts, ...timesOf(planned), destinations, ...(isMoved ? { missedAt: null } : {}) };
}

function toTimes(show: Show, change: PatchInput): TimesInput {
  const localEnd = change.localEnd === undefined ? show.localEnd : change.localEnd;
  const endRule = change.endRule ?? (localEnd === null && show.localEnd !== null ? 'hand' : show.endRule);
  return { zone: change.zone ?? show.zone, localStart: change.localStart ?? show.localStart, localEnd, endRule };
}

function timesOf({ zone, localStart, localEnd, endRule, startsAt, endsAt }: ReturnType<typeof requireTimes>) {
  return { zone, localStart, localEnd, endRule, startsAt, endsAt };
}

function requireStartKept(show: Show, { destinations, zone, localStart }: PatchInput): void {
  const field =
    destinations !== undefined
      ? 'destinations'
      : zone !== undefined && zone !== show.zone
        ? 'zone'
        : localStart !== undefined && localStart !== show.localStart
          ? 'localStart'
          : null;
  if (field === null) return;
  throw new AppError('illegal_transition', {
    detail: `${field} cannot change while the show is ${show.state}`,
    remedy: 'change the texts or the end, start and stop destinations by hand, or end the show',
  });
}

/** Returns what creates a copy at another time, as long as the original, without destinations that were deleted. */
export async function copyShow(
  deps: ApiDeps,
  show: Show,
  { localStart, zone = show.zone, title = show.title }: z.infer<typeof DuplicateShow>,
): Promise<CreateInput> {
  // Checked here as well, because the end is computed from it.
  const { startsAt } = requireTimes(deps, { zone, localStart, localEnd: null, endRule: 'hand' });
  const endMs = Date.parse(startsAt) + lengthSeconds(show) * 1000;
  const records = await listAllDestinations(deps);
  const usable = records.filter(({ desired }) => desired !== 'deleted');
  const known = new Set(usable.map(({ destinationId }) => destinationId));
  const {
    description,
    category,
    tags,
    privacy,
    notes,
    sendsReport = false,
    record = false,
    startsSource = false,
    endRule,
    sourceLostMinutes,
    onFailure = 'continue',
    expectedSource = null,
    ceiling,
  } = show;
  return {
    ...{
      title,
      description,
      category,
      tags,
      privacy,
      notes,
      sendsReport,
      record,
      startsSource,
      zone,
      localStart,
      endRule,
      sourceLostMinutes,
      onFailure,
      expectedSource,
    },
    coverFrom: show.showId,
    ceiling: ceiling && toCeilingFields(ceiling, known),
    localEnd: show.localEnd === null ? null : toWallClock(new Date(endMs), zone),
    destinations: show.destinations
      .filter(({ destinationId }) => known.has(destinationId))
      .map(({ destinationId, offsetSeconds, isRequired }) => ({ destinationId, offsetSeconds, isRequired })),
  };
}
