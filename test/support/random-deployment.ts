import fc from 'fast-check';
import { buildPlainPng } from '../../functions/domain/plain-png.ts';
import { TOKEN, type TestApi } from './api.ts';

/** Deployments at random, filled through the API. */

/** Names that differ in little, are those of others with a number, or mean something to a spreadsheet. */
const NAMES = [
  'Main',
  'Main',
  'Main #2',
  'main',
  '=1+1',
  `A "b", c;d\\e`,
  'Ünï – 日本 🎬',
  'x'.repeat(100),
  '-',
  "'quoted",
];
const name = fc.constantFrom(...NAMES);
const group = fc.constantFrom(null, 'Church', 'a,b', 'ä');
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const sound = fc.record({
  track: fc.oneof(
    fc.constant({ by: 'first' }),
    fc.record({ by: fc.constant('pid'), pid: fc.integer({ min: 32, max: 8000 }) }),
    fc.record({ by: fc.constant('language'), language: fc.constantFrom('spa', 'deu') }),
    fc.record({ by: fc.constant('number'), number: fc.integer({ min: 1, max: 8 }) }),
  ),
  channels: fc.constantFrom('source', 'mono_to_stereo'),
  loudnessLufs: fc.constantFrom(null, -14, -23),
});
const loss = {
  onSourceLoss: maybe(fc.constantFrom('hold', 'wait', 'stop')),
  holdMinutes: maybe(fc.integer({ min: 0, max: 60 })),
};
const common = {
  name,
  group,
  standby: fc.constantFrom('cold', 'warm'),
  position: maybe(fc.double({ min: -1000, max: 1e12, noNaN: true })),
  sound: maybe(sound),
  ...loss,
};
const rtmp = fc.record(
  {
    ...common,
    platform: fc.constantFrom('youtube', 'custom', 'facebook'),
    preset: fc.constantFrom('1080p30', '720p30', 'source'),
    keyUse: maybe(fc.constantFrom('once', 'reusable')),
    keyValidUntil: maybe(fc.constantFrom(null, '2027-03-01T00:00:00.000Z')),
    hasBackup: fc.boolean(),
    hasBackupKey: fc.boolean(),
  },
  { noNullPrototype: true },
);
const srt = fc.record({
  ...{ name, group, ...loss, platform: fc.constant('srt') },
  streamId: fc.constantFrom(null, 'publish:x', '#!::r=live,m=publish'),
  latencyMs: maybe(fc.integer({ min: 100, max: 15_000 })),
  passphrase: fc.constantFrom(null, 'a passphrase of srt', 'pässword & "more"'),
});
const destination = fc.record({
  body: fc.oneof(rtmp, srt),
  hasReference: fc.boolean(),
  hasRules: fc.boolean(),
});

/** Indexes of destinations, which are taken modulo their number. */
const some = fc.uniqueArray(fc.nat(9), { maxLength: 3 });
const limit = fc.record({
  action: fc.constantFrom('warn', 'ask', 'stop'),
  spared: some,
});
const target = fc.record({
  name,
  kind: fc.constantFrom('email', 'webhook'),
  destinations: some,
  severities: fc.subarray(['high', 'medium', 'low']),
  isEnabled: fc.boolean(),
});
const show = fc.record({
  title: name,
  description: fc.constantFrom('', 'One\nTwo\t"three"'),
  tags: fc.subarray(['a', 'b,c', 'ü']),
  privacy: fc.constantFrom('private', 'public', 'unlisted'),
  zone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
  day: fc.integer({ min: 1, max: 28 }),
  hours: fc.constantFrom(null, 1, 2),
  isDraft: fc.boolean(),
  record: fc.boolean(),
  hasCover: fc.boolean(),
  ceiling: fc.option(limit),
  destinations: some,
  weeks: fc.constantFrom(0, 0, 1, 3),
});

export const randomDeployment = fc.record({
  destinations: fc.array(destination, { minLength: 1, maxLength: 5 }),
  targets: fc.array(target, { maxLength: 2 }),
  shows: fc.array(show, { maxLength: 3 }),
  day: fc.option(limit),
  month: fc.option(limit),
  noSource: fc.option(limit),
  sound: fc.option(sound),
  mutes: fc.array(fc.record({ about: fc.option(fc.nat(9)), reason: fc.constantFrom('rehearsal', 'a "b"') }), {
    maxLength: 2,
  }),
  hasSlate: fc.boolean(),
});
export type RandomDeployment = typeof randomDeployment extends fc.Arbitrary<infer Value> ? Value : never;

const COVER = buildPlainPng(640, 360, '0a141e');
const SLATE = buildPlainPng(320, 180, '1e140a');

/** Fills an empty deployment. What the API refuses is left out. @returns how many things it has created */
export async function fillDeployment(test: TestApi, wanted: RandomDeployment): Promise<number> {
  let created = 0;
  const send = async (method: string, path: string, body: object): Promise<any> => {
    const answer = await test.call(method, path, { body });
    if (answer.status >= 500) throw new Error(`${method} ${path}: ${answer.text}`);
    if (answer.status < 300) created += 1;
    return answer.status < 300 ? answer.body : null;
  };
  const ids: string[] = [];
  for (const [index, { body, hasReference, hasRules }] of wanted.destinations.entries()) {
    const made = await send('POST', '/api/destinations', toBody(body, index, hasReference));
    if (!made) continue;
    ids.push(made.destinationId);
    const rules = { rules: { destination_slow: { enabled: false } } };
    if (hasRules) await send('PUT', `/api/destinations/${made.destinationId}/incident-rules`, rules);
  }
  const toIds = (indexes: readonly number[]) =>
    ids.length === 0 ? [] : [...new Set(indexes.map((index) => ids[index % ids.length]!))];
  for (const { destinations, kind, name: of, severities, isEnabled } of wanted.targets) {
    const place = kind === 'email' ? { email: 'a@example.com' } : { url: `https://hooks.example.com/${created}` };
    const filter = { destinationIds: toIds(destinations), severities };
    await send('POST', '/api/notification-targets', { name: of, kind, ...place, filter, isEnabled });
  }
  const limitOf = ({ action, spared }: { action: string; spared: number[] }) => ({ action, spared: toIds(spared) });
  if (wanted.day) await send('PUT', '/api/ceilings/day', { amount: 12_345.67, ...limitOf(wanted.day) });
  if (wanted.month) await send('PUT', '/api/ceilings/month', { amount: 900_000, ...limitOf(wanted.month) });
  if (wanted.noSource) await send('PUT', '/api/no-source-limit', { minutes: 7, ...limitOf(wanted.noSource) });
  if (wanted.sound) await send('PUT', '/api/sound', wanted.sound);
  for (const { about, reason } of wanted.mutes) {
    const [destinationId] = about === null ? [] : toIds([about]);
    await send('POST', '/api/incident-mutes', { destinationId, until: '2026-11-30T00:00:00.000Z', reason });
  }
  if (wanted.hasSlate) await sendPicture(test, '/api/slate-image', SLATE);
  for (const { ceiling, day, destinations, hasCover, hours, weeks, ...rest } of wanted.shows) {
    const date = `2026-12-${String(day).padStart(2, '0')}`;
    const times = { localStart: `${date}T10:00:00`, localEnd: hours && `${date}T${10 + hours}:00:00` };
    const made = await send('POST', '/api/shows', {
      ...{ ...rest, ...times, endRule: hours ? 'clock' : 'hand' },
      ...(weeks ? { recurrence: `FREQ=WEEKLY;COUNT=${weeks}` } : {}),
      ceiling: ceiling && { amount: 500, ...limitOf(ceiling) },
      destinations: toIds(destinations).map((destinationId, index) => ({ destinationId, offsetSeconds: index * -30 })),
    });
    const scope = weeks ? '?scope=following' : '';
    if (made && hasCover) await sendPicture(test, `/api/shows/${made.showId}/cover${scope}`, COVER);
  }
  return created;
}

type Body = RandomDeployment['destinations'][number]['body'];

function toBody(body: Body, index: number, hasReference: boolean): object {
  const own = hasReference ? { reference: `own-${index}` } : {};
  if (!('preset' in body)) return { ...body, ...own, rtmpUrl: `srt://studio-${index}.example:9000` };
  const { hasBackup, hasBackupKey, ...fields } = body;
  const address = body.platform === 'custom' ? { rtmpUrl: `rtmp://host-${index}.example/live` } : {};
  const backupUrl = body.platform === 'custom' ? { backupRtmpUrl: `rtmp://spare-${index}.example/live` } : {};
  const backupKey = hasBackupKey ? { backupStreamKey: `own-backup-key-${index}abc` } : {};
  const backup = hasBackup ? { backupIngest: true, ...backupUrl, ...backupKey } : {};
  return { ...fields, ...own, ...address, ...backup, streamKey: `zq7x-canary-81kd-w3pm-77v${index}` };
}

async function sendPicture(test: TestApi, path: string, png: Uint8Array): Promise<void> {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'image/png' };
  const answer = await test.api.request(path, { method: 'PUT', headers, body: new Uint8Array(png) });
  if (answer.status !== 200) throw new Error(`PUT ${path}: ${await answer.text()}`);
}
