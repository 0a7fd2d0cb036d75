import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../infra/local/host/programs.ts';
import { startRtmpReceiver, type RtmpReceiver } from '../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import { startMailServer, subjectOf, type MailServer } from '../support/mail-server.ts';
import { startPlatformProcess, type PlatformProcess } from '../support/platform-process.ts';
import { findFreePorts, findFreeTcpPort, startProduct, type Product } from '../support/product.ts';
import { PROGRAM_CACHE } from '../support/program-cache.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, verifyWebhook, type WebhookReceiver } from '../support/webhook-receiver.ts';

/**
 * Calls an operator who looks at no page. Something real breaks, and the incident arrives at a mail server and at a
 * webhook receiver that checks signatures; once the cause is gone, both hear that too. Nothing but the hold times is
 * shortened, by the API that an operator has.
 */

/** A bitrate that fills a frozen platform's socket buffers within seconds. */
const SOURCE = { width: 1280, height: 720, framesPerSecond: 30, seconds: 20, videoBitrate: '5000k', bFrames: 0 };
const RIGHT_KEY = 'the-right-key-of-the-platform';
const LONG = { limitMs: 90_000 };
/** A little more than incident-signals.ts has. */
const START_GRACE_SECONDS = 16;

const directory = mkdtempSync(join(tmpdir(), 'sluice-incidents-'));
const stops: (() => unknown)[] = [];
let product: Product;
let mailServer: MailServer;
let receiver: WebhookReceiver;
let secret: string;
let platform: PlatformProcess;
let strict: RtmpReceiver;
let startEncoder: (clip?: 'source' | 'empty') => void;
let stopEncoder: ReturnType<typeof sendSrt> | undefined;
let steady: string;
let freezing: string;

const path = (destinationId: string) => `/api/destinations/${destinationId}`;
const get = async (destinationId: string) => (await product.call('GET', path(destinationId))).body;
const isOnAir = (destinationId: string) =>
  waitFor(`${destinationId} to be on air`, async () => (await get(destinationId)).onAir, LONG);

async function request(method: string, at: string, body?: unknown) {
  const answer = await product.call(method, at, body);
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}

async function add(name: string, rtmpUrl: string, streamKey: string): Promise<string> {
  const target = { name, platform: 'custom', rtmpUrl, streamKey, preset: 'source' };
  const { destinationId } = await request('POST', '/api/destinations', target);
  await isIdle(destinationId);
  return destinationId;
}

const isIdle = (destinationId: string) =>
  waitFor(`${destinationId} to be idle`, async () => {
    const { status, operation } = await get(destinationId);
    return status === 'idle' && operation === null;
  });

/** What a webhook says about an incident. */
interface Message {
  type: string;
  data: {
    incidentId: string;
    rule: string;
    severity: string;
    subjectName: string;
    durationSeconds: number;
    affectedDestinations: number;
  };
}

/** Returns the verified messages about incidents of these rules. @throws when one has a wrong signature */
function messagesOf(...rules: string[]): Message[] {
  const messages = receiver.received.map((received) => verifyWebhook(secret, received) as Message);
  return messages.filter(({ data }) => rules.includes(data.rule));
}

const hasMail = (subject: string) => waitFor(`the mail "${subject}"`, () => mailsWith(subject)[0], LONG);
const mailsWith = (subject: string) => mailServer.mails.filter((mail) => subjectOf(mail) === subject);

/** Waits for a webhook. */
const isPosted = (rule: string, type: string) =>
  waitFor(`${type} of ${rule}`, () => messagesOf(rule).find((message) => message.type === type), LONG);

/** Waits until both receivers have heard that the incident opened. @returns the webhook's message */
async function isCalled(rule: string, title: string): Promise<Message> {
  const opened = await isPosted(rule, 'incident.opened');
  await hasMail(`[Sluice] ${title}`);
  return opened;
}

/** Waits until both have heard that it is over, and checks that each has heard of it twice and not more. */
async function isCalledOff(opened: Message, title: string): Promise<void> {
  const { incidentId, rule } = opened.data;
  const resolved = await isPosted(rule, 'incident.resolved');
  expect(resolved.data).toMatchObject({ incidentId, severity: opened.data.severity });
  expect(resolved.data.durationSeconds).toBeGreaterThan(0);
  const mail = await hasMail(`[Sluice] Resolved: ${title}`);
  expect(mail.text).toContain('It lasted ');
  expect(messagesOf(rule)).toHaveLength(2);
  expect(mailsWith(`[Sluice] ${title}`)).toHaveLength(1);
  expect(mailsWith(`[Sluice] Resolved: ${title}`)).toHaveLength(1);
  // The message leaves before the incident has moved to the history.
  const kept = await waitFor('the incident in the history', async () => {
    const { data } = await request('GET', '/api/incidents?state=resolved');
    return data.find((incident: { incidentId: string }) => incident.incidentId === incidentId);
  });
  expect(kept).toMatchObject({ state: 'resolved', resolution: 'cleared' });
}

const standingRules = async (): Promise<string[]> =>
  (await request('GET', '/api/incidents')).data.map(({ rule }: { rule: string }) => rule);

beforeAll(async () => {
  const ffmpeg = await findFfmpeg({ environment: process.env, cacheDirectory: PROGRAM_CACHE });
  if (!ffmpeg.found) throw new Error(`${ffmpeg.reason}; ${ffmpeg.remedy}`);
  await makeClip(ffmpeg.path, join(directory, 'source.ts'), SOURCE);
  await makeClip(ffmpeg.path, join(directory, 'empty.ts'), { ...SOURCE, isEmpty: true });
  mailServer = await startMailServer();
  receiver = await startWebhookReceiver();
  const healthy = await startRtmpReceiver({ port: 0 });
  const acceptKey = (_app: string, key: string) => (key === RIGHT_KEY ? 'accept' : 'reject_bad_name');
  strict = await startRtmpReceiver({ port: 0, acceptKey });
  const platformPort = await findFreeTcpPort();
  platform = await startPlatformProcess(platformPort);
  for (const each of [mailServer, receiver, healthy, strict]) stops.push(() => each.close());
  stops.push(() => platform.kill());
  const ports = await findFreePorts();
  product = await startProduct(ports, join(directory, 'data'), { SMTP_URL: mailServer.url });
  stops.push(() => product.stop());
  startEncoder = (clip = 'source') =>
    void (stopEncoder = sendSrt(ffmpeg.path, join(directory, `${clip}.ts`), ports.srt));
  stops.push(() => stopEncoder?.());

  const rules = {
    source_lost: { holdSeconds: 1 },
    destination_not_delivering: { holdSeconds: 2 },
    stream_key_rejected: { holdSeconds: 0 },
    source_black: { holdSeconds: 2 },
    source_silent: { holdSeconds: 2 },
  };
  await request('PUT', '/api/incident-rules', { rules });
  const studio = { name: 'Studio', kind: 'email', email: 'studio@example.com', filter: { severities: ['high'] } };
  await request('POST', '/api/notification-targets', studio);
  const desk = { name: 'Desk', kind: 'webhook', url: `${receiver.origin}/hook` };
  secret = (await request('POST', '/api/notification-targets', desk)).signingSecret;

  startEncoder();
  steady = await add('Steady', `${healthy.baseUrl}/live`, 'any-key-will-do');
  freezing = await add('Freezing', `rtmp://127.0.0.1:${platformPort}/live`, 'any-key-will-do');
  for (const destinationId of [steady, freezing]) await request('POST', `${path(destinationId)}/start`);
  await Promise.all([steady, freezing].map(isOnAir));
  // A start that does not deliver yet is no trouble, so destinations are silent for a while whatever happens.
  await waitFor('the grace of the starts to end', async () => {
    const { runningSince } = await get(freezing);
    return Date.now() - Date.parse(runningSince) > 1000 * START_GRACE_SECONDS;
  });
});

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('an operator is called by mail and webhook, and hears the end of it, when', () => {
  it('the encoder is killed, which is one incident that names its destinations', async () => {
    const title = 'Source lost (Source, high)';
    await stopEncoder?.('SIGKILL');
    const opened = await isCalled('source_lost', title);
    expect(opened.data).toMatchObject({ severity: 'high', subjectName: 'Source', affectedDestinations: 2 });
    const [mail] = mailsWith(`[Sluice] ${title}`);
    expect(mail).toMatchObject({ to: ['studio@example.com'] });
    expect(mail!.text).toContain('Steady');
    expect(await standingRules()).toContain('source_lost');
    startEncoder();
    await isCalledOff(opened, title);
    await Promise.all([steady, freezing].map(isOnAir));
    // The destinations have delivered nothing meanwhile, for the same cause.
    expect(messagesOf('destination_not_delivering')).toEqual([]);
  });

  it('a platform accepts the stream and then reads nothing', async () => {
    const title = 'Destination delivers nothing (Freezing, high)';
    platform.freeze();
    const opened = await isCalled('destination_not_delivering', title);
    expect(opened.data).toMatchObject({ severity: 'high', subjectName: 'Freezing' });
    expect(await standingRules()).not.toContain('source_lost');
    expect((await get(steady)).onAir).toBe(true);
    platform.thaw();
    await isCalledOff(opened, title);
    await isOnAir(freezing);
  });

  it('a platform refuses the stream key', async () => {
    const title = 'Stream key rejected (Refusing, high)';
    const refused = await add('Refusing', `${strict.baseUrl}/live`, 'a-key-from-last-week');
    await request('POST', `${path(refused)}/start`);
    const opened = await isCalled('stream_key_rejected', title);
    expect(opened.data).toMatchObject({ severity: 'high', subjectName: 'Refusing' });
    expect(mailsWith(`[Sluice] ${title}`)[0]!.text).toContain('What to do: Copy the stream key');
    await request('POST', `${path(refused)}/stop`);
    await isIdle(refused);
    await request('PUT', `${path(refused)}/stream-key`, { streamKey: RIGHT_KEY });
    await request('POST', `${path(refused)}/start`);
    await isOnAir(refused);
    await isCalledOff(opened, title);
  });

  it('the picture is black and the sound is silent; the mailbox, which wants high ones, hears of the first only', async () => {
    await stopEncoder?.();
    startEncoder('empty');
    const black = await isCalled('source_black', 'Picture is black (Source, high)');
    expect(black.data).toMatchObject({ severity: 'high', subjectName: 'Source' });
    const silent = await isPosted('source_silent', 'incident.opened');
    expect(silent.data.severity).toBe('medium');
    await stopEncoder?.();
    startEncoder();
    await isCalledOff(black, 'Picture is black (Source, high)');
    const { data } = await isPosted('source_silent', 'incident.resolved');
    expect(data.incidentId).toBe(silent.data.incidentId);
    expect(mailServer.mails.filter((mail) => subjectOf(mail).includes('silent'))).toEqual([]);
  });

  it('sends neither receiver a stream key', () => {
    const everything = [...receiver.received.map(({ body }) => body), ...mailServer.mails.map(({ text }) => text)];
    for (const key of [RIGHT_KEY, 'a-key-from-last-week', 'any-key-will-do']) {
      expect(everything.some((text) => text.includes(key))).toBe(false);
    }
  });
});
