import { awsErrorKind } from '../aws/aws-errors.ts';
import { isFlowUp, preferSource, type FlowView } from '../aws/flow.ts';
import { getListenerMetrics } from '../aws/listener-metrics.ts';
import { AppError } from '../domain/errors.ts';
import type { SourceRole } from '../domain/source-name.ts';
import type { ApiDeps } from './api-deps.ts';
import type { FlowLookMemo } from './views/flow-status.ts';

export const NO_BACKUP_SOURCE = {
  detail: 'the flow has no backup source',
  remedy:
    'on one machine, set SRT_BACKUP_PORT and restart; on AWS, add source.backup to the environment file and deploy',
};

/** MediaConnect refuses a change while the flow is UPDATING, which takes a few seconds. */
const REPEATED_AFTER_MS = [0, 200, 400, 800, 1_000, 1_000];
/** How often the metrics are read after a change, once a second. CloudWatch on AWS is minutes late. */
const LOOKS_MAX = 5;
const METRICS_SOON_SECONDS = 10;

/** Prefers one of the flow's two sources, or none. */
export async function preferSourceOf(deps: ApiDeps, look: FlowLookMemo, role: SourceRole | null): Promise<void> {
  const flow = await readTwoSources(look);
  if (flow.preferred !== role) await prefer(deps, flow, role);
  look.forget();
}

/**
 * Changes to the other source now. MediaConnect has no such call: the source becomes the preferred one until the metrics
 * show that it is in use, and then the earlier preference holds again.
 * @returns `done` when it is in use; `requested` when the metrics do not show it yet: it stays preferred
 */
export async function switchSource(deps: ApiDeps, look: FlowLookMemo, to: SourceRole): Promise<'done' | 'requested'> {
  const flow = await readTwoSources(look);
  if (!isFlowUp(flow)) {
    throw notPossible(`the flow is ${flow.status}`, 'start the source first');
  }
  const seen = await readListener(deps, flow, to);
  if (seen?.isSelected) return 'done';
  if (seen?.connected === false) {
    throw notPossible(`the ${to} source receives nothing`, `connect its encoder, then switch again`);
  }
  await prefer(deps, flow, to);
  look.forget();
  if (!(await isInUseSoon(deps, flow, to))) return 'requested';
  if (flow.preferred !== to) await prefer(deps, flow, flow.preferred);
  look.forget();
  return 'done';
}

async function isInUseSoon(deps: ApiDeps, flow: FlowView, role: SourceRole): Promise<boolean> {
  if (deps.source.periodSeconds > METRICS_SOON_SECONDS) return false;
  for (let index = 0; index < LOOKS_MAX; index += 1) {
    await deps.sleep(1_000);
    if ((await readListener(deps, flow, role))?.isSelected) return true;
  }
  return false;
}

async function readListener(deps: ApiDeps, flow: FlowView, role: SourceRole) {
  const window = { now: deps.now(), ...deps.metrics, periodSeconds: deps.source.periodSeconds };
  return (await getListenerMetrics(deps, flow, window)).find((each) => each.role === role);
}

async function readTwoSources(look: FlowLookMemo): Promise<FlowView> {
  look.forget();
  const { flow } = await look.get();
  if (flow.sources.length > 1) return flow;
  throw notPossible(NO_BACKUP_SOURCE.detail, NO_BACKUP_SOURCE.remedy);
}

async function prefer(deps: ApiDeps, flow: FlowView, role: SourceRole | null): Promise<void> {
  const name = flow.sources.find((source) => source.role === role)?.name ?? null;
  // Before the call, because the timeline shows a change only once the metrics do.
  deps.logger.info('the preferred source of the flow changes', { from: flow.preferred, to: role });
  let refusal: unknown;
  for (const delayMs of REPEATED_AFTER_MS) {
    if (delayMs > 0) await deps.sleep(delayMs);
    try {
      return await preferSource(deps, name);
    } catch (error) {
      const kind = awsErrorKind(error);
      if (kind !== 'invalid' && kind !== 'conflict') throw error;
      refusal = error;
    }
  }
  throw refusal;
}

function notPossible(detail: string, remedy: string): AppError {
  return new AppError('illegal_transition', { detail, remedy });
}
