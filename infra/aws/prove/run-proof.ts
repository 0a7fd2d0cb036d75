import { type CheckId } from './assumption.ts';
import { ASSUMPTIONS, assumptionsOf, type AssumptionId } from './assumptions.ts';
import type { Check } from './checks/check.ts';
import { cleanUp, restoreFlow, type Leftover } from './clean.ts';
import { describeError, redact, type Finding } from './finding.ts';
import type { FoundDeployment } from './found-deployment.ts';
import { findingsOf, type Journal } from './journal.ts';
import type { ProofDeps } from './proof-deps.ts';
import { createCheckContext } from './proof-context.ts';
import { Interrupted, OutOfTime, type Patience } from './waiting.ts';

export interface ProofRun {
  deps: ProofDeps;
  found: FoundDeployment;
  runId: string;
  journal: Journal;
  checks: readonly Check[];
  hasEncoder: boolean;
  /** Aborted by the operator: ends the current check and removes what was created. */
  signal: AbortSignal;
}

export interface ProofResult {
  findings: Finding[];
  /** Resources that could not be removed, and the flow if it could not be restored. */
  left: Leftover[];
  isInterrupted: boolean;
}

/**
 * Runs the checks that the journal does not have yet, one after the other. Removes what a check created before the next
 * one begins, and stops if that fails. At every kind of end it removes everything and restores the flow.
 */
export async function runChecks(run: ProofRun): Promise<ProofResult> {
  const { journal, deps } = run;
  const done = findingsOf(journal);
  let isInterrupted = false;
  // A killed run may have left resources, so remove them first.
  let left = await tidy(run, { keepsFlow: false });
  for (const [index, check] of run.checks.entries()) {
    if (done.has(check.checkId)) continue;
    isInterrupted = run.signal.aborted;
    if (left.length > 0 || isInterrupted) break;
    if (!check.limits.needsFlow) left = await tidy(run, { keepsFlow: false });
    if (left.length > 0) break;
    deps.say(`[${index + 1}/${run.checks.length}] ${check.checkId}: ${check.title}`);
    journal.append({ entry: 'check-begun', checkId: check.checkId });
    const findings = await runCheck(run, check);
    isInterrupted = findings === null;
    left = await tidy(run, { keepsFlow: !isInterrupted });
    if (findings === null) break;
    journal.append({ entry: 'check-done', checkId: check.checkId, findings });
    done.set(check.checkId, findings);
    for (const { id, outcome } of findings) deps.say(`  ${id} ${outcome}: ${ASSUMPTIONS[id].assumption}`);
  }
  left = [...left.filter(({ resource }) => resource !== 'flow'), ...(await tidy(run, { keepsFlow: false }))];
  const findings = run.checks.flatMap(({ checkId }) => done.get(checkId) ?? notReached(checkId, left, isInterrupted));
  return { findings, left: unique(left), isInterrupted };
}

function unique(left: readonly Leftover[]): Leftover[] {
  return [...new Map(left.map((each) => [each.resourceId, each])).values()];
}

/** Runs one check. @returns null if the operator interrupted it */
async function runCheck(run: ProofRun, check: Check): Promise<Finding[] | null> {
  const findings = new Map<AssumptionId, Finding>();
  const untilMs = run.deps.now() + check.limits.minutesMax * 60_000;
  const limited: ProofDeps = {
    ...run.deps,
    async sleep(delayMs, signal) {
      // The cost bound relies on these limits.
      if (run.deps.now() > untilMs)
        throw new OutOfTime(`the check took longer than ${check.limits.minutesMax} minutes`);
      await run.deps.sleep(delayMs, signal);
    },
  };
  let reason = 'the check ended before it could decide';
  try {
    await check.run(createCheckContext({ ...run, deps: limited, findings }));
  } catch (error) {
    if (error instanceof Interrupted || run.signal.aborted) return null;
    reason = redact(describeReason(error), run.runId);
    run.deps.say(`  ended early: ${reason}`);
  }
  return assumptionsOf(check.checkId).map(
    (id) => findings.get(id) ?? { id, outcome: 'not decided' as const, seen: [reason] },
  );
}

function describeReason(error: unknown): string {
  return error instanceof OutOfTime ? error.message : describeError(error);
}

function notReached(checkId: CheckId, left: readonly Leftover[], isInterrupted: boolean): Finding[] {
  const reason =
    left.length > 0
      ? 'the checks ended because a resource of an earlier check could not be removed'
      : isInterrupted
        ? 'the run was interrupted: run it again to continue from here'
        : 'the check was not run';
  return assumptionsOf(checkId).map((id) => ({ id, outcome: 'not decided' as const, seen: [reason] }));
}

/** Removes what the run created. An interruption does not end this; a second one ends the process. */
async function tidy(
  { deps, found, journal, runId }: ProofRun,
  { keepsFlow }: { keepsFlow: boolean },
): Promise<Leftover[]> {
  const patience: Patience = { now: deps.now, sleep: deps.sleep, signal: new AbortController().signal };
  const input = { ...patience, deps, found };
  const left = await cleanUp(input, runId);
  const flow = keepsFlow ? null : await restoreFlow(input, journal, runId);
  return flow === null ? left : [...left, flow];
}
