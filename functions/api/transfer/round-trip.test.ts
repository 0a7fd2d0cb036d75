import { armor, Encrypter } from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { listAllDestinations } from '../../aws/destination-table.ts';
import type { ImportItem, TransferDocument } from '../schemas/transfer.ts';
import { useTestApi } from '../../../test/support/api.ts';
import { fillDeployment, randomDeployment } from '../../../test/support/random-deployment.ts';
import { openKeys } from './sealed-keys.ts';

/**
 * Export and import of deployments at random. fast-check prints the seed and the deployment of a failure; put the
 * seed into `RUNS` to repeat it.
 */

const test = useTestApi();
vi.setConfig({ testTimeout: 300_000 });
const PASSPHRASE = 'correct horse battery';
/** A failure is not made smaller, which would take minutes. */
const RUNS = { numRuns: 5, endOnFailure: true };

async function exported(body: object = {}): Promise<TransferDocument> {
  const answer = await test.call('POST', '/api/export', { body });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

async function imported(body: object): Promise<ImportItem[]> {
  const answer = await test.call('POST', '/api/import', { body: { scheduleShows: true, ...body } });
  expect(answer.status, answer.text).toBe(200);
  return answer.body.items;
}

/** Encrypts again in a moment, for the same passphrase. */
async function sealQuickly(document: TransferDocument): Promise<TransferDocument> {
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(2);
  encrypter.setPassphrase(PASSPHRASE);
  const keys = JSON.stringify(await openKeys(document.keys!, PASSPHRASE));
  return { ...document, keys: armor.encode(await encrypter.encrypt(keys)) };
}

/** What must be the same. */
const withoutTime = ({ exportedAt: _at, keys: _keys, ...document }: TransferDocument) => document;
const statusesOf = (items: readonly ImportItem[]) => new Map(items.map(({ item, status }) => [item, status]));
/** Of two items that are the same, an import does not know which one is here. */
const statusesByName = (items: readonly ImportItem[]) =>
  items.map(({ kind, name, status }) => `${kind} ${name}: ${status}`).toSorted();
const stored = async () => JSON.stringify([await listAllDestinations(test.deps), withoutTime(await exported())]);

describe('a deployment at random', () => {
  it('is the same after export, import into an empty one and export', async () => {
    let filled = 0;
    const property = fc.asyncProperty(randomDeployment, async (wanted) => {
      await test.reset();
      filled += await fillDeployment(test, wanted);
      const sealed = await exported({ passphrase: PASSPHRASE });
      const document = await sealQuickly(sealed);
      const body = { document, passphrase: PASSPHRASE };

      await test.reset();
      const empty = await stored();
      const preview = await imported({ ...body, dryRun: true });
      expect(await stored()).toBe(empty);
      expect(preview.filter(({ problem }) => problem)).toEqual([]);

      const done = await imported(body);
      expect(done.filter(({ problem }) => problem)).toEqual([]);
      expect(statusesOf(done)).toEqual(statusesOf(preview));
      const again = await exported({ passphrase: PASSPHRASE });
      expect(withoutTime(again)).toEqual(withoutTime(document));
      expect(await openKeys(again.keys!, PASSPHRASE)).toEqual(await openKeys(document.keys!, PASSPHRASE));

      const before = await stored();
      const second = await imported(body);
      expect(second.filter(({ outcome, status }) => outcome !== 'skipped' || status !== 'same')).toEqual([]);
      expect(await stored()).toBe(before);
    });
    await fc.assert(property, RUNS);
    expect(filled).toBeGreaterThan(RUNS.numRuns * 3);
  });

  it('is imported in any selection, and nothing besides', async () => {
    const property = fc.asyncProperty(
      randomDeployment,
      fc.array(fc.boolean(), { minLength: 40 }),
      async (wanted, picks) => {
        await test.reset();
        await fillDeployment(test, wanted);
        const document = await sealQuickly(await exported({ passphrase: PASSPHRASE }));
        const body = { document, passphrase: PASSPHRASE };
        await test.reset();
        const before = statusesOf(await imported({ ...body, dryRun: true }));
        const select = [...before.keys()].filter((_item, index) => picks[index % picks.length]);
        const done = await imported({ ...body, select });
        const changed = done.filter(({ outcome }) => outcome === 'created' || outcome === 'changed');
        for (const { item } of changed) expect(select).toContain(item);
        for (const { item, outcome, problem, status } of done.filter((each) => select.includes(each.item))) {
          const isDone = outcome === 'created' || outcome === 'changed' || status === 'same';
          expect(isDone || /is not here|was not imported/.test(problem?.detail ?? ''), item).toBe(true);
        }
        const after = await imported({ ...body, dryRun: true });
        const wasChanged = new Set(changed.map(({ item }) => item));
        const expected = after.map((each) => ({
          ...each,
          status: wasChanged.has(each.item) ? ('same' as const) : before.get(each.item)!,
        }));
        expect(statusesByName(after)).toEqual(statusesByName(expected));
      },
    );
    await fc.assert(property, RUNS);
  });

  it('is the same without a passphrase, once its keys are entered', async () => {
    const property = fc.asyncProperty(randomDeployment, async (wanted) => {
      await test.reset();
      await fillDeployment(test, wanted);
      const keys = await openKeys((await exported({ passphrase: PASSPHRASE })).keys!, PASSPHRASE);
      const document = await exported();
      expect(document.keys).toBeNull();
      const entries = (kind: string, of: Record<string, object>) =>
        Object.entries(of).map(([name, secrets]) => [`${kind}:${name}`, secrets]);
      const secrets = Object.fromEntries([
        ...entries('destination', keys.destinations),
        ...entries('notification-target', keys.notificationTargets),
      ]);
      await test.reset();
      const preview = await imported({ document, dryRun: true });
      const needy = preview.filter(({ needs }) => needs.length > 0).map(({ item }) => item);
      for (const { item, problem } of preview.filter((each) => each.problem && !needy.includes(each.item))) {
        expect(problem!.detail, item).toMatch(/^refers to the destination .* is not here$/);
      }
      expect(needy.toSorted()).toEqual(
        Object.keys(secrets)
          .filter((item) => Object.keys(secrets[item]!).length > 0)
          .toSorted(),
      );
      const done = await imported({ document, secrets });
      expect(done.filter(({ problem }) => problem)).toEqual([]);
      expect(withoutTime(await exported())).toEqual(withoutTime(document));
    });
    await fc.assert(property, { ...RUNS, numRuns: 4 });
  });
});

describe('a damaged byte', () => {
  const other = (byte: number, by: number) => ((byte - 32 + by) % 95) + 32;
  const damage = (text: string, place: number, by: number) => {
    const at = place % text.length;
    return text.slice(0, at) + String.fromCharCode(other(text.charCodeAt(at), by)) + text.slice(at + 1);
  };
  const place = fc.nat(1_000_000);
  const by = fc.integer({ min: 1, max: 94 });

  /** Imports a damaged text into an empty deployment, and checks that each item is there whole or not at all. */
  async function importDamaged(text: string, passphrase: string): Promise<'refused' | 'imported'> {
    const body = `{"document":${text},"passphrase":${JSON.stringify(passphrase)},"scheduleShows":true}`;
    await test.reset();
    const empty = await stored();
    const answer = await test.call('POST', '/api/import', { body });
    const isRefused = answer.status !== 200;
    expect([200, 400, 422], answer.text).toContain(answer.status);
    expect(isRefused && (await stored()) !== empty, 'a refused import stored something').toBe(false);
    if (isRefused) return 'refused';
    const done: ImportItem[] = answer.body.items;
    const again = await test.call('POST', '/api/import', { body: body.replace(/^\{/, '{"dryRun":true,') });
    const after = statusesOf(again.body.items);
    const whole = done.filter(({ outcome }) => outcome === 'created' || outcome === 'changed').map(({ item }) => item);
    expect(whole.filter((item) => after.get(item) !== 'same')).toEqual([]);
    expect(done.filter(({ outcome, problem }) => outcome === 'failed' && problem === null)).toEqual([]);
    return 'imported';
  }

  it('of the document imports each item whole or not at all', async () => {
    const seen = { refused: 0, imported: 0 };
    const property = fc.asyncProperty(
      randomDeployment,
      fc.array(fc.tuple(place, by), { minLength: 6, maxLength: 6 }),
      async (wanted, bytes) => {
        await test.reset();
        await fillDeployment(test, { ...wanted, hasSlate: false });
        const document = await sealQuickly(await exported({ passphrase: PASSPHRASE, withPictures: false }));
        const text = JSON.stringify(document);
        // Most of the text are the keys, which have their own test.
        const end = text.indexOf('"keys":');
        for (const [at, shift] of bytes) {
          seen[await importDamaged(damage(text.slice(0, end), at, shift) + text.slice(end), PASSPHRASE)] += 1;
        }
      },
    );
    await fc.assert(property, RUNS);
    expect(Math.min(seen.refused, seen.imported)).toBeGreaterThan(0);
  });

  it('of the encrypted keys imports nothing', async () => {
    await fillDeployment(test, fc.sample(randomDeployment, { numRuns: 1, seed: 1 })[0]!);
    const document = await sealQuickly(await exported({ passphrase: PASSPHRASE, withPictures: false }));
    const keys = document.keys!;
    const property = fc.asyncProperty(place, by, async (at, shift) => {
      const damaged = damage(keys, at, shift);
      // White space around the lines means nothing, so the keys are whole.
      fc.pre(damaged.replaceAll(/\s/g, '') !== keys.replaceAll(/\s/g, ''));
      expect(await importDamaged(JSON.stringify({ ...document, keys: damaged }), PASSPHRASE)).toBe('refused');
    });
    await fc.assert(property, { ...RUNS, numRuns: 60 });
    for (const length of [0, 1, keys.length >> 1, keys.length - 30]) {
      const cut = JSON.stringify({ ...document, keys: keys.slice(0, length) });
      expect(await importDamaged(cut, PASSPHRASE)).toBe('refused');
    }
    expect(await importDamaged(JSON.stringify(document), 'another passphrase')).toBe('refused');
    expect(await importDamaged(JSON.stringify(document), PASSPHRASE)).toBe('imported');
  });
});
