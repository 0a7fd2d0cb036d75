import { describe, expect, it, vi } from 'vitest';
import { buildPlainPng } from '../../domain/plain-png.ts';
import type { TransferDocument } from '../schemas/transfer.ts';
import { makeRunning, STREAM_KEY, useTestApi } from '../../../test/support/api.ts';

/** Export and import: a deployment that is exported, imported into an empty one and exported again is the same. */

const test = useTestApi();
// The derivation of a key from a passphrase is slow on purpose.
vi.setConfig({ testTimeout: 120_000 });
const PASSPHRASE = 'correct horse battery';
const PNG = buildPlainPng(640, 360, '0a141e');

const post = (path: string, body: object) => test.call('POST', path, { body });

async function exported(body: object = {}): Promise<TransferDocument> {
  const answer = await post('/api/export', body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

async function imported(body: object) {
  const answer = await post('/api/import', body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as { isComplete: boolean; items: Record<string, any>[] };
}

const sendPicture = async (path: string) => {
  const answer = await test.api.request(path, {
    method: 'PUT',
    headers: { authorization: `Bearer test-token-0123456789`, 'content-type': 'image/png' },
    body: new Uint8Array(PNG),
  });
  expect(answer.status, await answer.text()).toBe(200);
};

async function must(method: string, path: string, body: object) {
  const answer = await test.call(method, path, { body });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

/** Creates one of everything that an export contains. */
async function fill() {
  const own = { reference: 'sunday' };
  const main = await test.add({ name: 'Main', group: 'Church', holdMinutes: 25, onSourceLoss: 'stop', ...own });
  const second = await test.add({
    name: 'Second',
    streamKey: `${STREAM_KEY}-2`,
    backupIngest: true,
    backupStreamKey: 'own-backup-key-1234',
    keyUse: 'once',
    keyValidUntil: '2027-01-01T00:00:00.000Z',
    preset: '720p30',
    standby: 'cold',
    sound: { track: { by: 'language', language: 'spa' }, channels: 'source', loudnessLufs: -23 },
  });
  const srt = {
    name: 'Studio',
    platform: 'srt',
    rtmpUrl: 'srt://studio.example:9000',
    streamId: 'publish:x',
    latencyMs: 500,
    passphrase: 'a passphrase of srt',
  };
  await must('POST', '/api/destinations', srt);
  await must('PATCH', `/api/destinations/${second.destinationId}`, { position: 3 });
  await must('POST', '/api/notification-targets', {
    name: 'Hook',
    kind: 'webhook',
    url: 'https://hooks.example.com/secret-path',
    filter: { destinationIds: [main.destinationId], severities: ['high'] },
  });
  await must('POST', '/api/notification-targets', { name: 'Mail', kind: 'email', email: 'studio@example.com' });
  await must('PUT', '/api/ceilings/month', { amount: 900_000, action: 'ask', spared: [main.destinationId] });
  await must('PUT', '/api/no-source-limit', { minutes: 7, action: 'stop', spared: [second.destinationId] });
  await must('PUT', '/api/sound', { track: { by: 'number', number: 2 }, channels: 'source', loudnessLufs: -14 });
  await must('PUT', '/api/recording-settings', { mode: 'manual', keepDays: 30, limitBytes: 5_000_000 });
  await must('PUT', '/api/incident-rules', { rules: { source_lost: { holdSeconds: 9 } }, escalateAfterSeconds: null });
  await must('PUT', `/api/destinations/${main.destinationId}/incident-rules`, {
    rules: { destination_slow: { enabled: false } },
  });
  await must('POST', '/api/incident-mutes', {
    destinationId: main.destinationId,
    until: '2026-11-22T10:00:00.000Z',
    reason: 'rehearsal',
  });
  await sendPicture('/api/slate-image');
  const show = {
    title: 'Sunday',
    zone: 'Europe/Berlin',
    localStart: '2026-11-29T10:00:00',
    localEnd: '2026-11-29T11:00:00',
    description: 'First\nsecond',
    tags: ['a', 'b'],
    privacy: 'public',
    record: true,
    startsSource: true,
    sourceLostMinutes: 5,
    onFailure: 'stop-all',
    expectedSource: { width: 1920, height: 1080 },
    destinations: [{ destinationId: second.destinationId, offsetSeconds: -60, isRequired: true }],
    isDraft: false,
  };
  const planned = await must('POST', '/api/shows', show);
  await sendPicture(`/api/shows/${planned.showId}/cover`);
  const weekly = {
    ...{ title: 'Weekly', zone: 'UTC', localStart: '2026-11-25T18:00:00' },
    ...{ recurrence: 'FREQ=WEEKLY;BYDAY=WE;COUNT=4', destinations: [{ destinationId: main.destinationId }] },
  };
  const first = await must('POST', '/api/shows', { ...weekly, isDraft: false });
  const answer = await test.api.request(`/api/shows/${first.showId}/cover?scope=following`, {
    method: 'PUT',
    headers: { authorization: `Bearer test-token-0123456789`, 'content-type': 'image/png' },
    body: new Uint8Array(PNG),
  });
  expect(answer.status).toBe(200);
  return { main, second };
}

describe('POST /api/export', () => {
  it('is byte-equal for the same state, apart from its time', async () => {
    await fill();
    const [one, other] = [await post('/api/export', {}), await post('/api/export', {})];
    expect(one.text).toBe(other.text);
    test.time.now = new Date(test.time.now.getTime() + 5000);
    const later = await exported();
    expect({ ...later, exportedAt: '' }).toEqual({ ...one.body, exportedAt: '' });
  });

  it('contains no secret and no id without a passphrase', async () => {
    const { main } = await fill();
    const { text } = await post('/api/export', {});
    for (const secret of [
      STREAM_KEY,
      'own-backup-key',
      'a passphrase of srt',
      'secret-path',
      main.destinationId,
      'arn:',
    ]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('POST /api/import', () => {
  it('recreates everything in an empty deployment, and a second import finds it the same', async () => {
    await fill();
    const document = await exported({ passphrase: PASSPHRASE });
    await test.reset();
    const done = await imported({ document, passphrase: PASSPHRASE, scheduleShows: true });
    expect(done.items.filter(({ problem }) => problem)).toEqual([]);
    expect(done.isComplete).toBe(true);
    const again = await exported();
    expect({ ...again, keys: '' }).toEqual({ ...document, keys: '' });
    const second = await imported({ document, passphrase: PASSPHRASE, scheduleShows: true });
    expect(second.items.filter(({ status }) => status !== 'same')).toEqual([]);
    expect(second.items.every(({ outcome }) => outcome === 'skipped')).toBe(true);
  });
});

describe('an import', () => {
  /** Exports one destination with keys, and changes the document. */
  async function one(change: (document: TransferDocument) => void = () => undefined) {
    await test.add({ name: 'Main' });
    const document = await exported();
    change(document);
    return document;
  }

  it('needs no passphrase for what is here already, and asks for the key of what is not', async () => {
    const document = await one();
    expect((await imported({ document })).items[0]).toMatchObject({ status: 'same', outcome: 'skipped' });
    await test.reset();
    const [missing] = (await imported({ document })).items;
    expect(missing).toMatchObject({ status: 'conflict', needs: ['streamKey'], outcome: 'skipped' });
    expect(missing!['problem'].detail).toBe('needs its stream key');
    const secrets = { 'destination:Main': { streamKey: STREAM_KEY } };
    expect((await imported({ document, secrets })).items[0]).toMatchObject({ status: 'new', outcome: 'created' });
  });

  it('changes only what differs, and only what is selected', async () => {
    const document = await one((each) => {
      each.destinations[0]!.group = 'Sunday';
      each.settings.sound!.loudnessLufs = -23;
    });
    const select = ['destination:Main'];
    const preview = await imported({ document, dryRun: true });
    expect(
      preview.items.filter(({ status }) => status === 'changed').map(({ item, fields }) => [item, fields]),
    ).toEqual([
      ['destination:Main', ['group']],
      ['sound:deployment', ['loudnessLufs']],
    ]);
    const done = await imported({ document, select });
    expect(done.items.filter(({ outcome }) => outcome === 'changed').map(({ item }) => item)).toEqual(select);
    expect((await exported()).settings.sound!.loudnessLufs).toBeNull();
    test.time.now = new Date(test.time.now.getTime() + 1000);
    const { body } = await test.call('GET', '/api/timeline?kind=edited');
    expect(body.data[0]).toMatchObject({ actor: 'operator', kind: 'edited' });
  });

  it('refuses a change that would interrupt a destination on air, and changes the others', async () => {
    await test.put(makeRunning({ name: 'Live' }));
    const document = await exported();
    document.destinations[0]!.preset = '720p30';
    const [live] = (await imported({ document, dryRun: true })).items;
    expect(live).toMatchObject({ status: 'conflict', problem: { remedy: 'stop the destination, then import again' } });
    const done = await imported({ document });
    expect(done.items[0]).toMatchObject({ status: 'changed', outcome: 'failed' });
    expect(done.items[0]!['problem'].detail).toContain('interrupts it');
    expect((await exported()).destinations[0]!.preset).not.toBe('720p30');
  });

  it('says so when a preset is not known here', async () => {
    const document = await one((each) => void (each.destinations[0]!.preset = '8k240'));
    const [item] = (await imported({ document, dryRun: true })).items;
    expect(item).toMatchObject({ status: 'conflict' });
    expect(item!['problem'].detail).toMatch(/^preset: YouTube accepts/);
  });

  it('gives the reference of scripts to the destination that they go on to call', async () => {
    const document = await one((each) => void (each.destinations[0]!.callerReference = 'sunday'));
    const [item] = (await imported({ document })).items;
    expect(item).toMatchObject({ status: 'changed', fields: ['callerReference'], outcome: 'changed' });
    const { body } = await test.call('GET', '/api/destinations?reference=sunday');
    expect(body.data.map(({ name }: { name: string }) => name)).toEqual(['Main']);
    delete document.destinations[0]!.callerReference;
    expect((await imported({ document })).items[0]).toMatchObject({ status: 'same' });
    expect((await exported()).destinations[0]!.callerReference).toBe('sunday');
  });

  it('finds an address the same that is written in another way', async () => {
    const srt = {
      ...{ name: 'Main', platform: 'srt', rtmpUrl: 'srt://studio.example:9000', streamId: null, latencyMs: 500 },
      passphrase: 'a passphrase of srt',
    };
    expect((await post('/api/destinations', srt)).status).toBe(201);
    const document = await exported();
    for (const rtmpUrl of ['srt://stuDio.Example:9000', 'SRT://studio.example:9000/']) {
      document.destinations[0] = { ...document.destinations[0]!, rtmpUrl };
      expect((await imported({ document })).items[0], rtmpUrl).toMatchObject({ status: 'same' });
    }
  });

  it('refuses a reference that belongs to another destination, here or in the document', async () => {
    const document = await one((each) => {
      const [main] = each.destinations;
      main!.callerReference = 'sunday';
      each.destinations.push({ ...main!, name: 'Copy', reference: 'Copy', callerReference: 'weekly' });
      each.destinations.push({ ...main!, name: 'Twin', reference: 'Twin', callerReference: 'weekly' });
    });
    await test.add({ name: 'Other', streamKey: `${STREAM_KEY}-2`, reference: 'sunday' });
    const keyOf = (key: string) => ({ streamKey: `${STREAM_KEY}-${key}` });
    const secrets = { 'destination:Copy': keyOf('3'), 'destination:Twin': keyOf('4') };
    for (const dryRun of [true, false]) {
      const { items } = await imported({ document, secrets, dryRun });
      expect(items.slice(0, 3).map(({ status, problem }) => [status, problem?.detail])).toEqual([
        ['conflict', 'the reference sunday belongs to the destination Other here'],
        ['conflict', 'the reference weekly belongs to the destination Twin in the document'],
        ['conflict', 'the reference weekly belongs to the destination Copy in the document'],
      ]);
    }
    expect((await exported()).destinations.map(({ name }) => name)).toEqual(['Main', 'Other']);
  });

  it('does not guess which of two destinations with one name is meant', async () => {
    const document = await one((each) => void (each.destinations[0]!.group = 'Sunday'));
    await test.add({ name: 'Main', streamKey: `${STREAM_KEY}-2` });
    const [item] = (await imported({ document })).items;
    expect(item).toMatchObject({ status: 'conflict', outcome: 'skipped' });
    expect(item!['problem'].detail).toBe('several destinations have the name Main, so the one to change is not known');
  });

  it('turns scheduled shows into drafts without scheduleShows, and starts nothing', async () => {
    await fill();
    const document = await exported();
    await test.reset();
    const secrets = {
      'destination:Main': { streamKey: STREAM_KEY },
      'destination:Second': { streamKey: `${STREAM_KEY}-2`, backupStreamKey: 'own-backup-key-1234' },
    };
    const preview = await imported({ document, secrets, dryRun: true });
    expect(preview.items.filter(({ problem }) => problem).map(({ needs }) => needs)).toEqual([['passphrase'], ['url']]);
    expect((await exported()).destinations).toEqual([]);
    await imported({ document, secrets });
    const { body } = await test.call('GET', '/api/shows');
    expect(body.data.map(({ state }: { state: string }) => state)).toEqual(['draft', 'draft', 'draft']);
    expect(test.executions().filter((name) => !name.includes('create'))).toEqual([]);
  });

  it('refuses an item whose destination is neither here nor selected', async () => {
    await fill();
    const document = await exported();
    await test.reset();
    const body = { document, select: ['ceiling:month'] };
    const ceiling = (await imported(body)).items.find(({ item }) => item === 'ceiling:month');
    expect(ceiling).toMatchObject({ status: 'conflict', outcome: 'skipped' });
    expect(ceiling!['problem'].detail).toBe('refers to the destination Main, which is not here');
  });

  it.each([
    ['zone', 'Ameyica/New_York'],
    ['localStart', '2026-11-04T18:0x:00'],
    ['localStart', '2026-02-31T18:00:00'],
    ['localEnd', '2026-11-04T1x:00:00'],
    ['localEnd', 'never'],
  ])('says so when %s of a series with past dates is %s, and imports the others', async (field, value) => {
    const document = await one((each) => {
      const times = { zone: 'UTC', localStart: '2026-11-04T18:00:00', localEnd: '2026-11-04T19:00:00' };
      const common = { description: '', tags: [], destinations: [], ceiling: null, cover: null };
      const series = { ...times, ...common, recurrence: 'FREQ=WEEKLY;COUNT=9' };
      each.shows = [
        { ...series, title: 'Damaged', [field]: value },
        { ...series, title: 'Whole' },
      ] as TransferDocument['shows'];
    });
    for (const dryRun of [true, false]) {
      const { items } = await imported({ document, dryRun });
      const [damaged, whole] = items.filter(({ kind }) => kind === 'series');
      expect([damaged!.name, damaged!.outcome]).toEqual(['Damaged', dryRun ? null : 'failed']);
      expect(damaged!['problem'].detail).toContain(value);
      expect([whole!['problem'], whole!.outcome]).toEqual([null, dryRun ? null : 'created']);
    }
  });

  it('stops in time on a slow day, and continues when it is sent again', async () => {
    const rows = ['a', 'b', 'c'].map((name) => `${name},twitch,live_1234_${name}bcdefghijkl`).join('\n');
    const { now } = test.deps;
    let ms = 0;
    test.rebuild({ now: () => new Date(now().getTime() + (ms += 5000)) });
    const first = await imported({ csv: rows });
    expect(first.isComplete).toBe(false);
    const begun = first.items.filter(({ outcome }) => outcome === 'created').length;
    expect(begun).toBeLessThan(3);
    test.rebuild({});
    const second = await imported({ csv: rows });
    expect(second.isComplete).toBe(true);
    expect(second.items.filter(({ outcome }) => outcome === 'created')).toHaveLength(3 - begun);
  });

  it.each([
    ['another file', { format: 'x' }, 'document.format'],
    ['a newer version', { version: 2 }, 'document.version'],
    ['an unknown field', { colour: 'red' }, 'document.colour'],
    ['damaged keys', { keys: 'x', passphrase: true }, 'document.keys'],
  ])('422 for %s, with the field and without a value', async (_, change, field) => {
    const { passphrase, ...changes } = change as { passphrase?: boolean };
    const document = { ...(await one()), ...changes };
    const answer = await post('/api/import', { document, ...(passphrase ? { passphrase: PASSPHRASE } : {}) });
    expect([answer.status, answer.problem.errors![0]!.field]).toEqual([422, field]);
  });

  it('422 for a wrong passphrase, before anything is imported', async () => {
    await test.add();
    const document = await exported({ passphrase: PASSPHRASE });
    await test.reset();
    const answer = await post('/api/import', { document, passphrase: 'another one of them' });
    expect([answer.status, answer.problem.errors![0]!.field]).toEqual([422, 'passphrase']);
    expect((await exported()).destinations).toEqual([]);
  });

  it.each([[{}], [{ csv: 'a', document: {} }], [{ csv: 'name,platform\nx,youtube', select: ['y'] }]])(
    '422 for %j',
    async (body) => {
      expect((await post('/api/import', body)).status).toBe(422);
    },
  );
});

describe('destinations as CSV', () => {
  it('come back the same from an export that a spreadsheet opened', async () => {
    await fill();
    await test.add({ name: '=1+1', streamKey: `${STREAM_KEY}-3`, group: 'a,"b";c' });
    const before = (await exported()).destinations;
    const file = await post('/api/export', { format: 'csv' });
    expect(file.headers.get('content-type')).toContain('text/csv');
    expect(file.text).toContain("'=1+1");
    expect(file.text).toContain(',sunday\r\n');
    expect(file.text).not.toContain(STREAM_KEY);
    const { items } = await imported({ csv: `\ufeff${file.text}` });
    expect(items.map(({ name, status }) => [name, status])).toEqual(before.map(({ name }) => [name, 'same']));
  });

  it.each([
    ['semicolons', 'Name;Platform;Key\r\n"A;B";twitch;live_1_abcdefghijklmno\r\n', 'A;B'],
    ['cells of a spreadsheet', 'One\ttwitch\tlive_1_abcdefghijklmno', 'One'],
    ['another order', 'stream key,name,platform\nlive_1_abcdefghijklmno,Two,TWITCH\n\n', 'Two'],
    ['own ids', 'name,platform,reference,key\nThree,twitch,own-3,live_1_abcdefghijklmno\n', 'Three'],
  ])('are read from %s', async (_, csv, name) => {
    const { items } = await imported({ csv });
    expect(items).toMatchObject([{ name, outcome: 'created' }]);
  });

  it.each([
    ['an unknown column', 'name,colour\nA,red', 'column 2'],
    ['a column twice', 'name,platform,name\nA,twitch,B', 'column 3'],
    ['a row that is too long', 'name,platform\nA,twitch,secret', 'row 2'],
    ['a row without a name', 'name,platform\n,twitch', 'row 2, name'],
    ['an open quotation mark', 'name,platform\n"A,twitch', 'row 2'],
    ['a number that is none', 'name,platform,holdMinutes\nA,twitch,soon', 'row 2, holdMinutes'],
    ['no row', 'name,platform\n', 'csv'],
  ])('422 for %s, naming the place', async (_, csv, field) => {
    const answer = await post('/api/import', { csv });
    expect([answer.status, answer.problem.errors?.[0]?.field]).toEqual([422, field]);
    expect(answer.text).not.toContain('secret');
  });
});
