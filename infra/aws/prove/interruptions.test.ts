import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { denied } from '../../../test/support/proof-role.ts';
import { makeProofWorld, type ProofWorld } from '../../../test/support/proof-world.ts';
import { AwsError } from '../../local/media/protocol/aws-error.ts';
import { FIRST_DAY_CHECKS } from './checks/all-checks.ts';
import { clean, prove } from './proof.ts';

// Each test runs a proof or sets up a deployment, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: ProofWorld;
/** Calls of one proof that change something. */
let changes = 0;

beforeAll(async () => {
  world = await makeProofWorld();
  await prove(world.deps, world.request);
  changes = world.mutations();
});
afterAll(() => world.close());
/** A test that failed takes no other with it: what it left is left behind with its world. */
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

/** Ids of the checks that a run began, in order. */
const begun = () => world.said.flatMap((line) => /^\[\d+\/\d+\] ([\w-]+):/.exec(line)?.[1] ?? []);
const CHECKS = FIRST_DAY_CHECKS.map(({ checkId }) => checkId);

/** More than any proof of the tests needs, so that a proof that changes more is noticed. */
const DEATHS = Array.from({ length: 60 }, (_, index) => index + 1);

describe('a proof that is killed', () => {
  it('changes AWS at most as often as the deaths below try', () => {
    expect(changes).toBeGreaterThan(40);
    expect(changes).toBeLessThanOrEqual(DEATHS.length);
  });

  it.each(DEATHS)('at its change %i is cleaned up and continued at the interrupted check', async (nth) => {
    if (nth > changes) return;
    // Alternately before the change, when it is only announced, and right after it, when its outcome is not noted.
    world.dieAt(world.mutations() + nth, nth % 2 === 0 ? 'before' : 'after');
    await expect(prove(world.deps, world.request)).rejects.toThrow('the process is dead');
    const firstRun = begun();
    world.said.splice(0);
    world.revive();
    world.pass(60_000);
    world.makeFalse(null);
    expect(await prove(world.deps, world.request)).toBe(0);
    // Between two checks, while the flow is put back, the last one is done already.
    const last = CHECKS.findIndex((id) => id === firstRun.at(-1));
    expect([CHECKS[last], CHECKS[last + 1]]).toContain(begun()[0]);
    expect([...firstRun, ...begun()].toSorted().filter((id, index, all) => all[index - 1] !== id)).toEqual(
      CHECKS.toSorted(),
    );
    expect(world.outcomes()).toEqual({});
    expect(await world.left()).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  it('ends the check under way, removes what it created, and the next run continues there', async () => {
    const controller = new AbortController();
    world.faults.before = ({ operation }) => {
      if (operation === 'ListAlerts') controller.abort();
    };
    expect(await prove(world.deps, { ...world.request, signal: controller.signal })).toBe(130);
    expect(begun().at(-1)).toBe('rtmp-channel');
    expect(await world.left()).toEqual([]);
    expect(world.report().findings.find(({ id }) => id === 'AWS-22')?.seen).toEqual([
      'the run was interrupted: run it again to go on from here',
    ]);
    delete world.faults.before;
    world.said.splice(0);
    world.makeFalse(null);
    expect(await prove(world.deps, world.request)).toBe(0);
    expect(begun()).toEqual(['rtmp-channel', 'cloudtrail']);
    expect(world.outcomes()).toEqual({});
  });

  it('followed by --clean ends the run for good: the next proof begins anew', async () => {
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
  it('says where to look when AWS cannot be reached any more, and the next run cleans up and continues', async () => {
    let isReachable = true;
    world.faults.answer = (operation) => {
      if (operation === 'StartChannel') isReachable = false;
      return isReachable ? undefined : new AwsError('ServiceUnavailableException', 503, 'unavailable');
    };
    await expect(prove(world.deps, world.request)).rejects.toThrow('unavailable');
    expect(world.said.at(-1)).toMatch(/THE PROOF HAS BROKEN OFF .* whose names hold \d{8}-\d{6}$/);
    delete world.faults.answer;
    expect((await world.left()).length).toBeGreaterThan(0);
    world.said.splice(0);
    world.makeFalse(null);
    expect(await prove(world.deps, world.request)).toBe(0);
    expect(begun()[0]).toBe('rtmp-channel');
    expect(await world.left()).toEqual([]);
  });

  it('decides everything although the first call of every operation, and every seventh after it, is throttled', async () => {
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

  it('decides what it can when a permission is refused in the middle, and says why the rest is undecided', async () => {
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

  it('stops, says loudly what is left and where to remove it, and removes it later', async () => {
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
