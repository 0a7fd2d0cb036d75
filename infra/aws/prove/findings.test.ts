import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeProofWorld, type ProofWorld } from '../../../test/support/proof-world.ts';
import { CHECK_IDS } from './assumption.ts';
import { ASSUMPTION_IDS, ASSUMPTIONS, assumptionsOf } from './assumptions.ts';
import { wrongKeyOf } from './finding.ts';
import { prove, readCosts } from './proof.ts';

const DAY_MS = 86_400_000;

// Each test runs a proof or sets up a deployment, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: ProofWorld;
/** Exit status of a proof on an AWS that behaves as the product assumes. */
let status: number;
beforeAll(async () => {
  world = await makeProofWorld();
  status = await prove(world.deps, world.request);
});
afterAll(() => world.close());
/** A failed test leaves resources behind; replacing the world keeps it from failing the next test. */
let isSpoilt = false;
afterEach(({ task }) => {
  isSpoilt = task.result?.state === 'fail';
});
beforeEach(async () => {
  if (!isSpoilt) return;
  await world.close();
  world = await makeProofWorld();
  status = await prove(world.deps, world.request);
});

const decided = ASSUMPTION_IDS.filter((id) => ASSUMPTIONS[id].decidedBy !== null);
const nextDay = assumptionsOf('costs');
const broken = () =>
  world
    .report()
    .findings.filter(({ outcome }) => outcome === 'does not hold')
    .map(({ id }) => id);

describe('npm run prove', () => {
  it('finds that every assumption holds, leaves nothing behind and restores the flow', async () => {
    expect(status).toBe(0);
    expect(world.outcomes()).toEqual({});
    expect(world.report().findings.map(({ id }) => id)).toEqual(decided.filter((id) => !nextDay.includes(id)));
    expect(world.report().left).toEqual([]);
    expect(await world.left()).toEqual([]);
  });

  it('reports AWS’s error, message and request id for a refusal, and the request id for an answer', () => {
    const seenOf = (wanted: string) =>
      world
        .report()
        .findings.find(({ id }) => id === wanted)
        ?.seen.join('\n');
    expect(seenOf('AWS-20')).toMatch(/^BadRequestException \(HTTP 400\): .* \[request id [\w-]{8,}\]$/m);
    expect(seenOf('AWS-06')).toContain('AccessDeniedException (HTTP 403): User is not authorized');
    expect(seenOf('AWS-05')).toMatch(/request id [\w-]{8,}/);
  });

  it('writes Markdown and JSON reports without a key, a path of an RTMP URL or a secret', () => {
    const paths = world.said.filter((line) => line.startsWith(world.request.folder));
    expect(paths.map((path) => path.split('.').at(-1))).toEqual(['md', 'json']);
    for (const path of paths) {
      const text = readFileSync(path, 'utf8');
      expect(text).toContain('AWS-28');
      expect(text).not.toContain(wrongKeyOf(world.report().runId));
      expect(text).not.toContain('never shown');
      expect(text).not.toMatch(/rtmps?:\/\/[^/\s]+\/[^[]/);
    }
  });

  it.each(decided.filter((id) => !nextDay.includes(id) && id !== 'AWS-03'))(
    'says that only %s does not hold when it is false, and what to change',
    async (id) => {
      world.pass(60_000);
      world.makeFalse(id);
      expect(await prove(world.deps, world.request)).toBe(1);
      expect(broken()).toEqual([id]);
      const finding = world.report().findings.find((each) => each.id === id)!;
      expect(finding.change).toBe(ASSUMPTIONS[id].change);
      expect(finding.seen.length).toBeGreaterThan(0);
      expect(JSON.stringify(world.report())).not.toContain(wrongKeyOf(world.report().runId));
      expect(await world.left()).toEqual([]);
    },
  );

  it('leaves only the frame rate undecided without an encoder', async () => {
    world.makeFalse(null);
    world.pass(60_000);
    expect(await prove(world.deps, { ...world.request, hasEncoder: false })).toBe(0);
    expect(world.outcomes()).toEqual({ 'AWS-18': 'not decided' });
  });
});

describe('npm run prove -- --costs', () => {
  it('refuses on the day of the proof', async () => {
    expect(await readCosts(world.deps, world.request)).toBe(2);
    expect(world.said.at(-1)).toContain('try again tomorrow');
  });

  it('lists usage types with their prices a day later', async () => {
    world.pass(DAY_MS);
    world.makeFalse(null);
    expect(await readCosts(world.deps, world.request)).toBe(0);
    expect(world.report().findings.map(({ id }) => id)).toEqual(['AWS-28', ...nextDay]);
    expect(world.outcomes()).toEqual({});
    expect(world.said.join('\n')).toContain('EML1-OUT-AVC-HD (CHANNEL_OUTPUT): 0.250 Hrs, 0.1100 USD, 0.4400 USD each');
  });

  it.each([...nextDay, 'AWS-28' as const])('says that only %s does not hold when it is false', async (id) => {
    world.pass(60_000);
    world.makeFalse(id);
    expect(await readCosts(world.deps, world.request)).toBe(1);
    expect(broken()).toEqual([id]);
  });

  it('completes the checks that decide the assumptions', () => {
    const findable = new Set(decided.map((id) => ASSUMPTIONS[id].decidedBy));
    expect([...findable].toSorted()).toEqual([...CHECK_IDS].toSorted());
  });
});
