import { join } from 'node:path';
import { DataDirectoryInUseError, lockDataDirectory } from '../../local/host/data-lock.ts';
import type { Configuration } from '../configuration.ts';
import { admit, admitAccount, type Refusal } from './admission.ts';
import type { CheckId } from './assumption.ts';
import { FIRST_DAY_CHECKS, NEXT_DAY_CHECKS } from './checks/all-checks.ts';
import type { Check } from './checks/check.ts';
import { findingsOfFailures } from './checks/deployed.ts';
import { cleanUp, formatLeftovers, listLeftovers, restoreFlow, type Leftover } from './clean.ts';
import { boundCost, COST_MAX_USD, totalOf, type CheckLimits } from './cost-bound.ts';
import type { Finding } from './finding.ts';
import { findDeployment, NoDeployment, type FoundDeployment } from './found-deployment.ts';
import { beginningOf, findingsOf, isFinished, listJournals, openJournal, type Journal } from './journal.ts';
import type { ProofDeps } from './proof-deps.ts';
import { createProofReport, writeReport, type ProofReport } from './report.ts';
import { runChecks } from './run-proof.ts';
import { patiently } from './waiting.ts';

/**
 * Runs a proof from the confirmation to the report. Each function returns the exit status listed by `npm run prove --
 * --help`.
 */

export interface ProofRequest {
  environment: string;
  configuration: Configuration;
  region: string;
  /** Folder with the runs of this environment, each in a folder named by date and time. */
  folder: string;
  hasEncoder: boolean;
  confirm(question: string): Promise<boolean>;
  signal: AbortSignal;
}

function limitsOf(checks: readonly Check[]): Partial<Record<CheckId, CheckLimits>> {
  return Object.fromEntries(checks.map(({ checkId, limits }) => [checkId, limits]));
}

/** Runs a proof, or continues an interrupted one. */
export async function prove(deps: ProofDeps, request: ProofRequest): Promise<number> {
  return locked(deps, request, async () => {
    const account = await admitAccount(deps, request.configuration);
    if ('remedy' in account) return refuse(deps, [account]);
    let found: FoundDeployment;
    try {
      found = await findDeployment(deps.clients.cloudFormation, { ...request, account: account.account });
    } catch (error) {
      if (!(error instanceof NoDeployment)) throw error;
      deps.say(error.message);
      reportFailures(deps, request, { account: account.account, error });
      return 2;
    }
    const open = findOpenRun(request, found);
    const strangers = await listLeftovers({ ...patienceOf(deps), deps, found });
    const unknown = strangers.filter(({ runId }) => runId !== open?.runId);
    if (unknown.length > 0) return refuseStrangers(deps, request, unknown);
    if (open === null) {
      const refusals = await patiently(patienceOf(deps), () => admit(deps, found, limitsOf(FIRST_DAY_CHECKS)));
      if (refusals.length > 0) return refuse(deps, refusals);
    }
    if (!(await request.confirm(describe(deps, found, open?.journal ?? null)))) {
      deps.say('Nothing was changed.');
      return 2;
    }
    const runId = open?.runId ?? runIdOf(deps.now());
    const journal = open?.journal ?? beginRun(deps, request, found, runId);
    return finish(deps, request, { found, runId, journal, checks: FIRST_DAY_CHECKS });
  });
}

/** Removes what earlier runs left behind, of any run. The next proof starts from the first check. */
export async function clean(deps: ProofDeps, request: ProofRequest): Promise<number> {
  return locked(deps, request, async () => {
    const account = await admitAccount(deps, request.configuration);
    if ('remedy' in account) return refuse(deps, [account]);
    const found = await findDeployment(deps.clients.cloudFormation, { ...request, account: account.account });
    const input = { ...patienceOf(deps), deps, found };
    const left: Leftover[] = await cleanUp(input);
    for (const journal of listJournals(request.folder).filter((each) => !isFinished(each))) {
      const flow = await restoreFlow(input, journal, beginningOf(journal)?.runId ?? '');
      if (flow !== null) left.push(flow);
      if (left.length === 0) journal.append({ entry: 'finished', atMs: deps.now() });
    }
    for (const line of formatLeftovers(left, request.region)) deps.say(line);
    if (left.length > 0) return 3;
    deps.say('No resource of a proof is left.');
    return 0;
  });
}

/** Reads the cost of the day of the newest finished run, and CloudTrail's record of it. */
export async function readCosts(deps: ProofDeps, request: ProofRequest): Promise<number> {
  return locked(deps, request, async () => {
    const account = await admitAccount(deps, request.configuration);
    if ('remedy' in account) return refuse(deps, [account]);
    const found = await findDeployment(deps.clients.cloudFormation, { ...request, account: account.account });
    const journal = listJournals(request.folder).find((each) => isFinished(each) && findingsOf(each).size > 0);
    const begun = journal && beginningOf(journal);
    if (!journal || !begun) {
      deps.say(`${request.folder} has no finished run: run the proof first`);
      return 2;
    }
    if (dayOf(deps.now()) === dayOf(begun.atMs)) {
      deps.say(`run ${begun.runId} was today, and Cost Explorer has a day about a day later: try again tomorrow`);
      return 2;
    }
    // A separate journal, because these checks may run any number of times.
    const { runId } = begun;
    const ended = openJournal(join(journal.folder, `costs-${runIdOf(deps.now())}`));
    for (const entry of journal.entries) if (entry.entry === 'run-begun' || entry.entry === 'made') ended.append(entry);
    return finish(deps, request, { found, runId, journal: ended, checks: NEXT_DAY_CHECKS });
  });
}

interface OpenRun {
  runId: string;
  journal: Journal;
}

/** Returns the interrupted run of this deployment in this account and Region, if one exists. */
function findOpenRun(request: ProofRequest, { account, region, deployment }: FoundDeployment): OpenRun | null {
  for (const journal of listJournals(request.folder)) {
    const begun = beginningOf(journal);
    if (isFinished(journal) || begun === undefined) continue;
    const isHere =
      begun.account === account && begun.region === region && begun.deploymentId === deployment.deploymentId;
    if (isHere) return { runId: begun.runId, journal };
  }
  return null;
}

function beginRun(deps: ProofDeps, { folder }: ProofRequest, found: FoundDeployment, runId: string): Journal {
  const journal = openJournal(join(folder, runId));
  const { deploymentId } = found.deployment;
  const { account, region } = found;
  journal.append({ entry: 'run-begun', runId, deploymentId, account, region, atMs: deps.now() });
  return journal;
}

interface Finishing extends OpenRun {
  found: FoundDeployment;
  checks: readonly Check[];
}

async function finish(deps: ProofDeps, request: ProofRequest, run: Finishing): Promise<number> {
  const { found, runId, journal } = run;
  const { hasEncoder, signal } = request;
  const result = await runChecks({ ...run, deps, hasEncoder, signal }).catch((error: unknown) => {
    deps.say(
      `THE PROOF WAS CUT SHORT and could not clean up. What it created may still cost: run it again, or with --clean. ` +
        `AWS console, Region ${found.region}: MediaLive channels and inputs, and outputs of the flow in MediaConnect, whose names hold ${runId}`,
    );
    throw error;
  });
  const report = createProofReport(
    {
      runId,
      environment: request.environment,
      account: found.account,
      region: found.region,
      writtenAt: new Date(deps.now()).toISOString(),
      left: result.left,
    },
    result.findings,
  );
  const paths = writeReport(journal.folder, 'report', report);
  for (const line of formatLeftovers(result.left, found.region)) deps.say(line);
  deps.say(summarize(report));
  for (const path of paths) deps.say(path);
  if (result.left.length > 0) return 3;
  if (result.isInterrupted) return 130;
  journal.append({ entry: 'finished', atMs: deps.now() });
  return report.findings.some(({ outcome }) => outcome === 'does not hold') ? 1 : 0;
}

function summarize({ findings }: ProofReport): string {
  const count = (wanted: Finding['outcome']) => findings.filter(({ outcome }) => outcome === wanted).length;
  const broken = findings.filter(({ outcome }) => outcome === 'does not hold').map(({ id }) => id);
  const named = broken.length > 0 ? ` (${broken.join(', ')})` : '';
  return `${count('holds')} hold, ${broken.length} do not hold${named}, ${count('not decided')} are not decided`;
}

/** Reports the assumptions that a failed source stack has already decided. */
function reportFailures(
  deps: ProofDeps,
  request: ProofRequest,
  { account, error }: { account: string; error: NoDeployment },
): void {
  const runId = runIdOf(deps.now());
  const findings = findingsOfFailures(error.failures, runId);
  if (findings.length === 0) return;
  const { environment, region } = request;
  const writtenAt = new Date(deps.now()).toISOString();
  const report = createProofReport({ runId, environment, account, region, writtenAt, left: [] }, findings);
  const { folder } = openJournal(join(request.folder, runId));
  deps.say(summarize(report));
  for (const path of writeReport(folder, 'report', report)) deps.say(path);
}

function describe(deps: ProofDeps, found: FoundDeployment, journal: Journal | null): string {
  const done = journal === null ? new Map() : findingsOf(journal);
  const ahead = FIRST_DAY_CHECKS.filter(({ checkId }) => !done.has(checkId));
  const parts = boundCost(limitsOf(ahead), found);
  for (const { part, amount, usd } of parts)
    deps.say(`  ${part.padEnd(27)} ${amount.padEnd(14)} ${usd.toFixed(2)} USD`);
  const { deploymentId } = found.deployment;
  deps.say(
    `At most ${totalOf(parts).toFixed(2)} USD, never more than ${COST_MAX_USD} USD, by list prices, in account ${found.account}, ` +
      `Region ${found.region}. The proof starts and stops the flow of ${deploymentId}, creates inputs, outputs and channels ` +
      'tagged sluice:proof, and removes them. It takes up to an hour and a half.',
  );
  if (journal === null) return 'Begin?';
  return `Run ${beginningOf(journal)?.runId} was interrupted with ${done.size} of ${FIRST_DAY_CHECKS.length} checks done. Clean up and continue it?`;
}

function refuse(deps: ProofDeps, refusals: readonly Refusal[]): number {
  for (const { detail, remedy } of refusals) deps.say(`✗ ${detail}\n  → ${remedy}`);
  deps.say('Nothing was changed.');
  return 2;
}

function refuseStrangers(deps: ProofDeps, { environment }: ProofRequest, left: readonly Leftover[]): number {
  const names = left.map(({ resource, resourceId, runId }) => `${resource} ${resourceId} of run ${runId}`);
  return refuse(deps, [
    {
      detail: `another proof left, or is using: ${names.join(', ')}`,
      remedy: `when no other proof is running, remove it with npm run prove -- --environment ${environment} --clean`,
    },
  ]);
}

/** Prevents two concurrent runs, which would remove each other's resources. */
async function locked(deps: ProofDeps, { folder }: ProofRequest, work: () => Promise<number>): Promise<number> {
  let release: () => void;
  try {
    release = lockDataDirectory(folder);
  } catch (error) {
    if (!(error instanceof DataDirectoryInUseError)) throw error;
    deps.say(`another proof is running in ${folder}: wait until it ends`);
    return 2;
  }
  try {
    return await work();
  } finally {
    release();
  }
}

/** The cleanup ignores an interruption. */
function patienceOf({ now, sleep }: ProofDeps) {
  return { now, sleep, signal: new AbortController().signal };
}

/** Returns the run id, `20261130-190512` in UTC: part of names, of a tag and of a folder. */
function runIdOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
