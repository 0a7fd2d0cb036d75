/**
 * A channel's schedule: immediate actions that show a static image over its outputs and remove it, and actions that pause
 * the channel at once or at a fixed time. Others are refused by name. An executed action stays in the schedule, and its
 * name in use, for about an hour.
 */
import type {
  BatchUpdateScheduleRequest,
  BatchUpdateScheduleResponse,
  DescribeScheduleRequest,
  DescribeScheduleResponse,
  ScheduleAction,
} from '@aws-sdk/client-medialive';
import { surviving } from '../media/engine-commands.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { ChannelRecord, ScheduledAction } from '../media/media-state.ts';
import { pageOf } from '../media/paging.ts';
import { commit } from '../media/transitions.ts';
import { unprocessable, type ValidationFinding } from '../wire/aws-error.ts';
import { findChannel, runChannel } from './channel.ts';
import { checkPause, executePause } from './pause.ts';
import { membersOf, wireName, type ActionSettings, type Refuse } from './schedule-findings.ts';
import { checkStart, dueMsOf, FIXED_AHEAD_MS_MIN } from './schedule-start.ts';
import { checkStaticImage, executeStaticImage, isStaticImage } from './static-image-actions.ts';
import { showImage } from './static-image.ts';

/** [medialive/latest/ug/schedule: executed actions disappear after about an hour] */
const EXECUTED_LISTED_MS = 3_600_000;
/** [medialive/latest/ug/eml-limitations-and-rules] */
const ACTIONS_MAX = 1500;
/** A machine that was off does not do late what MediaLive would have done in time. */
const LATE_MS_MAX = 5_000;

/** Deletes actions, and adds and executes new ones, all or none. */
export function batchUpdateSchedule(
  context: MediaContext,
  input: BatchUpdateScheduleRequest,
): BatchUpdateScheduleResponse {
  const channel = findChannel(context, input.ChannelId!);
  const findings: ValidationFinding[] = [];
  const refuse: Refuse = (elementPath, errorMessage) => findings.push({ elementPath, errorMessage });
  const created = input.Creates?.ScheduleActions ?? [];
  const deletedNames = input.Deletes?.ActionNames ?? [];
  const schedule = listedActions(context, channel);
  for (const [index, name] of deletedNames.entries()) {
    const found = schedule.find(({ action }) => action.ActionName === name);
    checkDeletion(context, found, `/deletes/actionNames/${index}`, refuse);
  }
  const kept = schedule.filter(({ action }) => !deletedNames.includes(action.ActionName ?? ''));
  if (kept.length + created.length > ACTIONS_MAX) {
    refuse('/creates/scheduleActions', `a schedule holds at most ${ACTIONS_MAX} actions`);
  }
  const names = new Set(kept.map(({ action }) => action.ActionName));
  for (const [index, action] of created.entries()) {
    const path = `/creates/scheduleActions/${index}`;
    if (names.has(action.ActionName)) refuse(`${path}/actionName`, 'the name is in use in this schedule');
    names.add(action.ActionName);
    checkAction(context, channel, action, path, refuse);
  }
  if (findings.length > 0) throw unprocessable('The schedule is not valid', findings);
  const added = created.map((action) => scheduledOf(context, action));
  channel.schedule = [...kept, ...added];
  for (const each of added) {
    if (each.isPending) arm(context, channel, each);
    else execute(context, channel, each.action);
  }
  commit(context);
  return {
    Creates: { ScheduleActions: created },
    Deletes: {
      ScheduleActions: schedule.flatMap(({ action }) => (deletedNames.includes(action.ActionName!) ? [action] : [])),
    },
  };
}

/** Lists the actions that are still to come and those of the last hour. */
export function describeSchedule(context: MediaContext, input: DescribeScheduleRequest): DescribeScheduleResponse {
  const channel = findChannel(context, input.ChannelId!);
  const listed = listedActions(context, channel).map(({ action }) => ({ id: action.ActionName ?? '', action }));
  const page = pageOf(listed, input);
  return { ScheduleActions: page.items.map(({ action }) => action), NextToken: page.nextToken };
}

/** Deletes all actions. What has been executed stays: an image that is shown, a pause. */
export function deleteSchedule(context: MediaContext, input: { ChannelId: string }): Record<string, never> {
  const channel = findChannel(context, input.ChannelId);
  delete channel.schedule;
  commit(context);
  return {};
}

/** Sets the timers of all actions that are still to come, after a restart. */
export function armSchedules(context: MediaContext): void {
  for (const channel of Object.values(context.state.channels)) {
    for (const each of channel.schedule ?? []) if (each.isPending) arm(context, channel, each);
  }
}

function scheduledOf({ clock }: MediaContext, action: ScheduleAction): ScheduledAction {
  const dueMs = dueMsOf(action.ScheduleActionStartSettings);
  return dueMs === null ? { action, atMs: clock.now() } : { action, atMs: dueMs, isPending: true };
}

function arm(context: MediaContext, channel: ChannelRecord, scheduled: ScheduledAction): void {
  context.clock.after(Math.max(0, scheduled.atMs - context.clock.now()), () => {
    if (context.closed || !channel.schedule?.includes(scheduled)) return;
    surviving(() => {
      delete scheduled.isPending;
      const isLate = context.clock.now() - scheduled.atMs > LATE_MS_MAX;
      // "The actions are performed in the channel when the channel is running." [medialive/latest/ug/schedule-using-console]
      if (channel.state === 'RUNNING' && !isLate) execute(context, channel, scheduled.action);
      commit(context);
    });
  });
}

function listedActions({ clock }: MediaContext, { schedule = [] }: ChannelRecord): ScheduledAction[] {
  return schedule.filter(({ atMs, isPending }) => isPending || clock.now() - atMs < EXECUTED_LISTED_MS);
}

/** "The action that you delete must have a start time that is at least 15 seconds in the future." */
function checkDeletion(
  { clock }: MediaContext,
  found: ScheduledAction | undefined,
  path: string,
  refuse: Refuse,
): void {
  if (found === undefined) return refuse(path, 'the schedule has no action of this name');
  if (!found.isPending || found.atMs - clock.now() < FIXED_AHEAD_MS_MIN) {
    refuse(path, 'the channel has received the action: it can be deleted until 15 seconds before its start');
  }
}

function checkAction(
  context: MediaContext,
  channel: ChannelRecord,
  action: ScheduleAction,
  path: string,
  refuse: Refuse,
): void {
  const { ScheduleActionSettings: settings = {}, ScheduleActionStartSettings: start = {} } = action;
  const startAt = `${path}/scheduleActionStartSettings`;
  const settingsAt = `${path}/scheduleActionSettings`;
  const [kind, ...others] = membersOf(settings) as (keyof ActionSettings)[];
  checkStart(context, channel, { start, at: startAt, isPause: kind === 'PauseStateSettings' }, refuse);
  if (!kind || others.length > 0) return refuse(settingsAt, 'exactly one kind of settings is required');
  const at = `${settingsAt}/${wireName(kind)}`;
  if (isStaticImage(kind)) checkStaticImage(context, channel, { kind, settings, at }, refuse);
  else if (kind === 'PauseStateSettings') checkPause(channel, { settings: settings.PauseStateSettings!, at }, refuse);
  else refuse(at, 'static images and pauses are the only actions of this local endpoint');
}

function execute(context: MediaContext, channel: ChannelRecord, { ScheduleActionSettings }: ScheduleAction): void {
  const settings = ScheduleActionSettings ?? {};
  if (settings.PauseStateSettings) {
    executePause(context, channel, settings.PauseStateSettings, (each) => runChannel(context, each));
    return;
  }
  executeStaticImage(channel, settings);
  showImage(context, channel);
}
