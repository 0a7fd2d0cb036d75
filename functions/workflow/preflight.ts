import { listAllDestinations } from '../aws/destination-table.ts';
import { FLOW_OUTPUTS_MAX, observeFlow } from '../aws/flow.ts';
import { listCeilings } from '../aws/ceiling-table.ts';
import { listTargets } from '../aws/notification-target-table.ts';
import { pricingOf } from '../aws/pricing-of.ts';
import { getSourceObservation, type SourceObservation } from '../aws/source-table.ts';
import type { Destination } from '../domain/destination.ts';
import { errorName } from '../domain/errors.ts';
import { checkExpectedSource } from '../domain/expected-source.ts';
import {
  toPreflight,
  type Finding,
  type Preflight,
  type PreflightCheck,
  type PreflightCheckName,
} from '../domain/preflight.ts';
import { checkCeiling, estimateOf } from '../domain/preflight-ceiling.ts';
import { checkShowCeiling } from '../domain/preflight-show-ceiling.ts';
import { checkClock } from '../domain/preflight-clock.ts';
import {
  checkEgress,
  checkFlowOutputs,
  checkNotificationTarget,
  checkQuotas,
  checkRecordingSpace,
} from '../domain/preflight-deployment.ts';
import {
  checkFlow,
  checkPicture,
  checkSound,
  checkSource,
  type FeedFacts,
  type FlowFacts,
  type SourceFacts,
} from '../domain/preflight-source.ts';
import { checkDestinations } from './preflight-destinations.ts';
import type { PreflightDeps, PreflightRequest } from './preflight-request.ts';
import { isSourceToStart } from '../domain/show-source.ts';
import { readShowSpending, readSpending } from './read-spending.ts';

/** Runs preflights: reads the facts, tests the servers, and lets the rules of the domain judge. It changes nothing. */

const FLOW = { kind: 'source', id: null, name: 'Flow' } as const;
const SOURCE = { kind: 'source', id: null, name: 'Source' } as const;
const SHOW = { kind: 'show', id: null, name: 'Show' } as const;
const DEPLOYMENT = { kind: 'deployment', id: null, name: 'Deployment' } as const;

/** Runs a preflight. @throws when the table does not answer */
export async function runPreflight(deps: PreflightDeps, request: PreflightRequest): Promise<Preflight> {
  const checkedAt = deps.now();
  const [all, flow, source] = await Promise.all([
    listAllDestinations(deps),
    readFlow(deps),
    readSource(deps, checkedAt),
  ]);
  const facts = { request, all, flow, source };
  const [shared, destinations] = await Promise.all([
    checkShared(deps, facts),
    checkDestinations(deps, { ...facts, checkedAt }),
  ]);
  return toPreflight(
    {
      checkedAt: checkedAt.toISOString(),
      requestedBy: request.requestedBy,
      occasion: request.occasion,
      testedFrom: deps.preflight.probe.from,
    },
    [...shared, ...destinations],
  );
}

async function readFlow(deps: PreflightDeps): Promise<FlowFacts | null> {
  try {
    const flow = await observeFlow(deps);
    if (!flow) return null;
    const { egressIp, outputs, status } = flow;
    return { status, egressIp, outputsUsed: outputs.length, outputsMax: FLOW_OUTPUTS_MAX };
  } catch (error) {
    deps.logger.warn('a preflight could not read the flow', { error: errorName(error) });
    return null;
  }
}

async function readSource(
  deps: PreflightDeps,
  now: Date,
): Promise<(SourceFacts & { bitrateBps: number | null }) | null> {
  const seen = await getSourceObservation(deps);
  if (!seen) return null;
  const ageMs = now.getTime() - Date.parse(seen.observedAt);
  const isFresh = ageMs < deps.preflight.freshSeconds * 1000 && seen.flowStoppedAt === undefined;
  return { ...seen, ...ofThisConnection(seen), isFresh, connected: seen.connected ?? null };
}

/** The monitor examines the feed with every run on AWS, which is once a minute, and may miss one. */
const EXAMINED_SECONDS_MAX = 120;

/** Leaves out what was read of an earlier encoder, or long before the observation. */
function ofThisConnection({
  connectedSince,
  hasAudio,
  mediaAt,
  observedAt,
  picture,
  pictureAt,
  sound,
}: SourceObservation): Pick<SourceFacts, 'hasAudio' | 'picture' | 'sound'> {
  const oldestMs = Date.parse(observedAt) - EXAMINED_SECONDS_MAX * 1000;
  const isCurrent = (readAt = '') =>
    Date.parse(readAt) >= oldestMs && (connectedSince === null || Date.parse(readAt) >= Date.parse(connectedSince));
  const isExamined = isCurrent(mediaAt);
  return {
    picture: isCurrent(pictureAt) ? picture : undefined,
    hasAudio: isExamined ? hasAudio : null,
    sound: isExamined ? sound : null,
  };
}

interface SharedFacts {
  request: PreflightRequest;
  all: readonly Destination[];
  flow: FlowFacts | null;
  source: SourceFacts | null;
}

async function checkShared(
  deps: PreflightDeps,
  { request, all, flow, source }: SharedFacts,
): Promise<PreflightCheck[]> {
  const { chosen, occasion, show } = request;
  const startsWithShow = show !== undefined && isSourceToStart(show, deps.now());
  const feed: FeedFacts = { occasion, flow, source, startsWithShow };
  const about = (subject: PreflightCheck['subject']) => (check: PreflightCheckName, found: Finding) => ({
    check,
    subject,
    isRequired: true,
    ...found,
  });
  const [ofFlow, ofSource, ofDeployment] = [about(FLOW), about(SOURCE), about(DEPLOYMENT)];
  const isRemote = deps.preflight.probe.from === 'elsewhere';
  return [
    ofFlow('flow', checkFlow(feed)),
    ofSource('source', checkSource(feed)),
    ofSource('picture', checkPicture(feed)),
    ofSource('sound', checkSound(feed)),
    ...(show?.expectedSource
      ? checkExpectedSource(show.expectedSource, feed).map(([check, found]) => ofSource(check, found))
      : []),
    ...(isRemote ? [ofFlow('egress', checkEgress(flow, await readBlocks(deps, request)))] : []),
    ofFlow('flow_outputs', checkFlowOutputs(flow, chosen)),
    ofDeployment('quotas', checkQuotas(deps.deployment, all, chosen)),
    ofDeployment('recording_space', checkRecordingSpace(deps.preflight.recordingDisk?.())),
    ...(await checkCeilings(deps, request, all)).map((found) => ofDeployment('ceiling', found)),
    ...(await checkOwnCeiling(deps, request)).map((found) => about(SHOW)('ceiling', found)),
    ...(await listTargets(deps))
      .filter(({ isEnabled }) => isEnabled)
      .map((target) => ({
        ...about({ kind: 'notification_target', id: target.targetId, name: target.name })(
          'notifications',
          checkNotificationTarget(target),
        ),
        isRequired: false,
      })),
    ofDeployment('clock', checkClock(await deps.preflight.compareClock?.())),
  ];
}

async function readBlocks(deps: PreflightDeps, { readAllowedBlocks }: PreflightRequest): Promise<string[] | null> {
  try {
    return (await readAllowedBlocks?.()) ?? null;
  } catch (error) {
    deps.logger.warn('a preflight could not read the input security group', { error: errorName(error) });
    return null;
  }
}

async function checkCeilings(
  deps: PreflightDeps,
  { chosen, planned }: PreflightRequest,
  all: readonly Destination[],
): Promise<Finding[]> {
  const ceilings = await listCeilings(deps);
  if (ceilings.length === 0) return [];
  const plan = planned && { ...planned, estimate: estimateOf(pricingOf(deps), chosen, planned.hours) };
  return Promise.all(
    ceilings.map(async (ceiling) => {
      const spending = await readSpending(deps, ceiling.period, all);
      return checkCeiling(ceiling, { chosen, now: deps.now(), planned: plan, spending });
    }),
  );
}

async function checkOwnCeiling(deps: PreflightDeps, { chosen, show }: PreflightRequest): Promise<Finding[]> {
  if (!show?.ceiling) return [];
  const { ceiling } = show;
  const spending = await readShowSpending(deps, show, chosen);
  return [checkShowCeiling({ ...show, ceiling }, { chosen, now: deps.now(), pricing: pricingOf(deps), spending })];
}
