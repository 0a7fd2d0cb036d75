import { listCeilings } from '../aws/ceiling-table.ts';
import { observeChannel } from '../aws/channel.ts';
import { changeDestination } from '../aws/destination-table.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { findFlowOutputs, isFlowUp, observeFlow, type FlowView } from '../aws/flow.ts';
import type { Inventory } from '../aws/inventory.ts';
import { needWithin } from '../domain/ceiling.ts';
import type { Destination, RecordedError } from '../domain/destination.ts';
import { isOffAir, isUp } from '../domain/channel-state.ts';
import { kindOf } from '../domain/destination-kind.ts';
import { isPrimary, withFailedRun } from '../domain/lifecycle.ts';
import { isRetryDue } from '../domain/primary.ts';
import { runOf } from '../domain/recorded-run.ts';
import { requestChange } from '../workflow/operations.ts';
import { applyBreak } from '../workflow/slate-break.ts';
import type { SweepDeps } from './sweep-deps.ts';

/**
 * The sweep's second part: records that no longer match AWS. The inventory may be older than the record, so the sweep
 * reads the resource in question again before it acts. It does not restart a channel that was stopped by hand, but
 * reports it; only the primary is restarted automatically.
 */
export async function correctDrift(deps: SweepDeps, record: Destination, inventory: Inventory): Promise<void> {
  if (record.operation) return;
  if (record.status === 'running') await correctRunning(deps, record, inventory);
  else if (record.status === 'idle' || record.status === 'error') await correctOffAir(deps, record, inventory);
}

async function correctRunning(deps: SweepDeps, record: Destination, inventory: Inventory): Promise<void> {
  const { flow } = inventory;
  const channelId = record.held.channel?.channelId ?? '';
  const sends = kindOf(record) === 'srt' || !isOffAir(inventory.channels.get(channelId)?.state ?? 'DELETED');
  if (sends) {
    await correctFlowOutput(deps, record, inventory);
    // Repeats what was not confirmed. A failure is logged with the destination.
    await applyBreak(deps, record);
    return;
  }
  const channel = channelId ? await observeChannel(deps, channelId) : null;
  if (channel && !isOffAir(channel.state)) return;
  deps.logger.warn('a channel that should run does not', {
    destinationId: record.destinationId,
    state: channel?.state ?? 'DELETED',
  });
  const now = deps.now();
  const ceilings = isPrimary(record) ? await listCeilings(deps) : [];
  const change = await requestChange(deps, record.destinationId, {
    requestedBy: 'sweep',
    decide: (found) => {
      const current = found.writeCount === record.writeCount ? withoutRun(found, channel !== null, now) : found;
      // Only the primary is restarted here. For the others the operator decides, because each start costs.
      const isDue = isPrimary(current) && isRestartable(current, flow, now);
      return { record: current, begins: isDue && needWithin(ceilings, current, 'run', now) === 'run' ? 'start' : null };
    },
  });
  if (change?.record.writeCount === record.writeCount + 1) await noteDrift(deps, record, channel !== null);
}

/** Returns true when the primary may start now: at once after its first short run, later after a pause. */
function isRestartable(record: Destination, flow: Inventory['flow'], now: Date): boolean {
  if (record.status !== 'error' || record.desired !== 'running' || !flow || !isFlowUp(flow)) return false;
  return (record.failedStarts ?? 0) < 2 || isRetryDue(record, now);
}

/** Records the end of a run that no operation ended: it was billed until the channel was stopped. */
async function noteDrift(deps: SweepDeps, record: Destination, isChannelThere: boolean): Promise<void> {
  const at = deps.now().toISOString();
  const run = runOf(record);
  const entry = { at, actor: 'sweep', kind: 'drift' as const, detail: whatHappened(isChannelThere) };
  await putTimelineEntry(deps, record, entry, record.writeCount, run && { ...run, endedAt: at });
}

function whatHappened(isChannelThere: boolean): string {
  return isChannelThere ? 'the channel was stopped from outside' : 'the channel was deleted from outside';
}

function withoutRun(record: Destination, isChannelThere: boolean, now: Date): Destination {
  const { channelRun: _run, channel, ...held } = record.held;
  const error: RecordedError = {
    code: 'resource_missing',
    detail: whatHappened(isChannelThere),
    remedy: isChannelThere ? 'start it again' : 'start it again to create the channel',
    at: now.toISOString(),
  };
  return {
    ...withFailedRun(record, now),
    held: isChannelThere ? { ...held, channel } : held,
    status: 'error',
    lastError: error,
    runningSince: null,
    ...(record.slateBreak && { slateBreak: null }),
    ...(record.outputPause && { outputPause: null }),
    lastModified: now.toISOString(),
  };
}

/**
 * Restores a flow output that was removed by hand: a start adopts the other resources and creates only what is missing.
 */
async function correctFlowOutput(deps: SweepDeps, record: Destination, { flow }: Inventory): Promise<void> {
  if (!lacksOutput(deps, record, flow)) return;
  if (!lacksOutput(deps, record, await observeFlow(deps))) return;
  deps.logger.warn('a flow output is missing', { destinationId: record.destinationId });
  await requestChange(deps, record.destinationId, {
    requestedBy: 'sweep',
    decide: (current) => ({ record: current, begins: current.writeCount === record.writeCount ? 'start' : null }),
  });
}

/** Returns true when a flow that is up does not feed every pipeline of the destination. */
function lacksOutput(deps: SweepDeps, { destinationId, held }: Destination, flow: FlowView | null): boolean {
  if (!flow || !isFlowUp(flow)) return false;
  const { main, backup } = findFlowOutputs(deps, flow, destinationId);
  return !main || (held.channel?.channelClass === 'STANDARD' && !backup);
}

/**
 * Stops a channel that runs although its destination is idle or in error, because it only costs. A start leaves such a
 * channel unrecorded when its answer was lost and its release failed too.
 */
async function correctOffAir(deps: SweepDeps, record: Destination, inventory: Inventory): Promise<void> {
  const channelId = record.held.channel?.channelId;
  if (!channelId) return;
  const seen = inventory.channels.get(channelId);
  if (seen && !isUp(seen.state)) return;
  const channel = await observeChannel(deps, channelId);
  if (!channel) {
    await changeDestination(deps, record.destinationId, (current) => {
      if (current.writeCount !== record.writeCount) return current;
      const { channel: _gone, ...held } = current.held;
      return { ...current, held };
    });
    return;
  }
  if (!isUp(channel.state)) return;
  deps.logger.warn('a channel runs although its destination is off air', { destinationId: record.destinationId });
  await requestChange(deps, record.destinationId, {
    requestedBy: 'sweep',
    decide: (current) => ({ record: current, begins: current.writeCount === record.writeCount ? 'stop' : null }),
    isCleanUp: record.status === 'error',
  });
}
