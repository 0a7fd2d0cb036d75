import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { denied } from '../../../test/support/proof-role.ts';
import { makeProofWorld, type ProofWorld } from '../../../test/support/proof-world.ts';
import { AwsError } from '../../local/endpoints/wire/aws-error.ts';
import { FIRST_DAY_CHECKS } from './checks/all-checks.ts';
import { clean, prove } from './proof.ts';

// Each test runs a proof or sets up a deployment, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: ProofWorld;
/** Number of calls of one proof that change something. */
let changes = 0;

beforeAll(async () => {
  world = await makeProofWorld();
  await prove(world.deps, world.request);
  changes = world.mutations();
});
afterAll(() => world.close());
/** A failed test leaves resources behind; replacing the world keeps it from failing the next test. */
let isSpoilt = false;
afterEach(({ task }) => {
  isSpoilt = task.result?.state === 'fail';
});
beforeEach(async () => {
  if (isSpoilt) {
    await world.close();
    world = await makeProofWorld();
  }
  world.pass(60_000);
  world.makeFalse(null);
  delete world.faults.before;
  delete world.faults.answer;
  world.said.splice(0);
});

/** Returns the ids of the checks that a run began, in order. */
const begun = () => world.said.flatMap((line) => /^\[\d+\/\d+\] ([\w-]+):/.exec(line)?.[1] ?? []);
const CHECKS = FIRST_DAY_CHECKS.map(({ checkId }) => checkId);

/** More than a proof makes in these tests, so that a proof with more changes is noticed. */
const DEATHS = Array.from({ length: 60 }, (_, index) => index + 1);

describe('a proof whose process is killed', () => {
  it('makes no more changes than the kills below cover', () => {
    expect(changes).toBeGreaterThan(40);
    expect(changes).toBeLessThanOrEqual(DEATHS.length);
  });

  it.each(DEATHS)('at change %i is cleaned up and continued at the interrupted check', async (nth) => {
    if (nth > changes) return;
    // Alternates between a kill before the change, when it is only announced, and right after it, when its outcome is
    // not recorded.
    world.dieAt(world.mutations() + nth, nth % 2 === 0 ? 'before' : 'after');
    await expect(prove(world.deps, world.request)).rejects.toThrow('the process is dead');
    const firstRun = begun();
    world.said.splice(0);
    world.revive();
    world.pass(60_000);
    world.makeFalse(null);
    expect(await prove(world.deps, world.request)).toBe(0);
    // A kill between two checks, while the flow is being restored, comes after the last check is done.
    const last = CHECKS.findIndex((id) => id === firstRun.at(-1));
    expect([CHECKS[last], CHECKS[last + 1]]).toContain(begun()[0]);
    expect([...firstRun, ...begun()].toSorted().filter((id, index, all) => all[index - 1] !== id)).toEqual(
      CHECKS.toSorted(),
    );
    expect(world.outcomes()).toEqual({});
    expect(await world.left()).toEqual([]);
  });
});

describe('Ctrl-C during a proof', () => {
  it('ends the current check, removes its resources and lets the next run continue there', async () => {
    const controller = new AbortController();
    world.faults.before = ({ operation }) => {
      if (operation === 'ListAlerts') controller.abort();
    };
    expect(await prove(world.deps, { ...world.request, signal: controller.signal })).toBe(130);
    expect(begun().at(-1)).toBe('rtmp-channel');
    expect(await world.left()).toEqual([]);
    expect(world.report().findings.find(({ id }) => id === 'AWS-22')?.seen).toEqual([
      'the run was interrupted: run it again to continue from here',
    ]);
    delete world.faults.before;
    world.said.splice(0);
    world.makeFalse(null);
    expect(await prove(world.deps, world.request)).toBe(0);
    expect(begun()).toEqual(['rtmp-channel', 'cloudtrail']);
    expect(world.outcomes()).toEqual({});
  });

  it('followed by --clean ends the run, so the next proof starts from the first check', async () => {
    const controller = new AbortController();
    world.faults.before = ({ operation }) => {
      if (operation === 'CreateChannel') controller.abort();
    };
    expect(await prove(world.deps, { ...world.request, signal: controller.signal })).toBe(130);
    delete world.faults.before;
    expect(await clean(world.deps, world.request)).toBe(0);
    world.pass(60_000);
    world.makeFalse(null);
    world.said.splice(0);
    expect(await prove(world.deps, world.request)).toBe(0);
    expect(begun()).toEqual(CHECKS);
  });
});

describe('a proof that AWS obstructs', () => {
  it('says where to check when AWS becomes unreachable, and the next run cleans up and continues', async () => {
    let isReachable = true;
    world.faults.answer = (operation) => {
      if (operation === 'StartChannel') isReachable = false;
      return isReachable ? undefined : new AwsError('ServiceUnavailableException', 503, 'unavailable');
    };
    await expect(prove(world.deps, world.request)).rejects.toThrow('unavailable');
    expect(world.said.at(-1)).toMatch(/THE PROOF WAS CUT SHORT .* whose names hold \d{8}-\d{6}$/);
    delete world.faults.answer;
    expect((await world.left()).length).toBeGreaterThan(0);
    world.said.splice(0);
    world.makeFalse(null);
    expect(await prove(world.deps, world.request)).toBe(0);
    expect(begun()[0]).toBe('rtmp-channel');
    expect(await world.left()).toEqual([]);
  });

  it('decides everything although AWS throttles the first and every seventh later call of each operation', async () => {
    const seen = new Map<string, number>();
    world.faults.answer = (operation) => {
      const times = (seen.get(operation) ?? 0) + 1;
      seen.set(operation, times);
      return times % 7 === 1 ? new AwsError('TooManyRequestsException', 429, 'Too many requests') : undefined;
    };
    expect(await prove(world.deps, world.request)).toBe(0);
    expect(world.outcomes()).toEqual({});
    expect(await world.left()).toEqual([]);
  });

  it('decides what it can when AWS denies a permission, and gives the reason for the rest', async () => {
    world.faults.before = ({ operation }) => {
      if (operation === 'ListAlerts') throw denied('medialive:ListAlerts');
    };
    expect(await prove(world.deps, world.request)).toBe(0);
    const undecided = ['AWS-22', 'AWS-25', 'AWS-26', 'AWS-27'];
    expect(Object.keys(world.outcomes())).toEqual(undecided);
    const reasons = world.report().findings.filter(({ outcome }) => outcome === 'not decided');
    for (const { seen } of reasons) expect(seen.join()).toContain('AccessDeniedException (HTTP 403)');
    expect(await world.left()).toEqual([]);
  });

  it('stops, reports what remains and where to remove it, and removes it later', async () => {
    world.faults.answer = (operation) =>
      operation === 'DeleteInput' ? new AwsError('ForbiddenException', 403, 'not authorized') : undefined;
    expect(await prove(world.deps, world.request)).toBe(3);
    expect(begun().at(-1)).toBe('inputs');
    const left = await world.left();
    expect(left.length).toBeGreaterThan(0);
    expect(world.said.find((line) => line.startsWith('STILL THERE'))).toMatch(
      /^STILL THERE: input \d+ \(DETACHED\), because AWS answered ForbiddenException .*AWS console, Region us-east-1: MediaLive, Inputs/,
    );
    expect(await clean(world.deps, world.request)).toBe(3);
    delete world.faults.answer;
    expect(await clean(world.deps, world.request)).toBe(0);
    expect(await world.left()).toEqual([]);
  });
});
