import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand } from '../../infra/cli/build.ts';
import { toWallClock } from '../../functions/domain/wall-clock.ts';
import { findFreePorts, startProduct, TEST_TOKEN, type Product } from '../support/product.ts';
import { runProgram, type Ended } from '../support/run-command.ts';
import { waitFor } from '../support/wait-for.ts';

/** Drives the commands of shows, source, incidents and copies as processes against the running product. */

const directory = mkdtempSync(join(tmpdir(), 'sluice-command-shows-'));
const command = join(directory, 'dist', 'sluice.js');
const KEY = 'key-of-the-first-destination';
const COPY_KEY = 'key-of-the-copied-destination';
let product: Product;
let destinationId: string;
const printed: string[] = [];

async function sluice(args: string[], input = ''): Promise<Ended> {
  const ended = await runProgram(directory, [command, ...args], {
    input,
    environment: {
      XDG_CONFIG_HOME: join(directory, 'config'),
      SLUICE_SERVER: product.origin,
      SLUICE_TOKEN: TEST_TOKEN,
    },
  });
  printed.push(ended.stdout, ended.stderr);
  return ended;
}

async function request(method: string, path: string, body?: unknown) {
  const answer = await product.call(method, path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}

beforeAll(async () => {
  const [, started] = await Promise.all([
    buildCommand(command),
    findFreePorts().then((ports) => startProduct(ports, join(directory, 'data'))),
  ]);
  product = started;
  const made = await request('POST', '/api/destinations', {
    ...{ name: 'First', platform: 'custom', rtmpUrl: 'rtmp://127.0.0.1:19991/live', streamKey: KEY },
    ...{ preset: 'source', standby: 'cold', group: 'Screens' },
  });
  destinationId = made.destinationId;
});

afterAll(async () => {
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('a copy', () => {
  it('has the settings of the first, and its own key from standard input', async () => {
    const copied = await sluice(['destinations', 'duplicate', 'First', '--name', 'Second'], `${COPY_KEY}\n`);
    expect(copied).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('name\tSecond') });
    const { data } = await request('GET', '/api/destinations');
    const [first, second] = ['First', 'Second'].map((name) =>
      data.find((each: { name: string }) => each.name === name),
    );
    for (const field of ['platform', 'rtmpUrl', 'preset', 'standby', 'group'])
      expect(second[field], field).toEqual(first[field]);
    expect([first.streamKeyLast4, second.streamKeyLast4]).toEqual([KEY.slice(-4), COPY_KEY.slice(-4)]);
  });

  it('has a log and metrics, of which nothing is known yet', async () => {
    expect(await sluice(['destinations', 'log', 'Second'])).toEqual({ code: 0, stdout: '', stderr: '' });
    const metrics = await sluice(['destinations', 'metrics', 'Second']);
    expect(metrics).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('bitrate\t-') });
  });
});

describe('the source', () => {
  it('stops and starts, and is seen to', async () => {
    const stopped = await sluice(['source', 'stop', '--wait']);
    expect(stopped).toMatchObject({ code: 0, stdout: expect.stringContaining('flow\tSTANDBY') });
    expect((await request('GET', '/api/mediaconnect/flow/status')).status).toBe('STANDBY');
    const started = await sluice(['source', 'start', '--wait']);
    expect(started).toMatchObject({ code: 0, stdout: expect.stringContaining('flow\tACTIVE') });
    expect((await request('GET', '/api/mediaconnect/flow/status')).status).toBe('ACTIVE');
  });

  it('does not switch to an encoder that is not connected', async () => {
    const refused = await sluice(['source', 'switch', 'backup']);
    expect([refused.code, refused.stdout]).toEqual([5, '']);
    expect(refused.stderr).toMatch(/^sluice: .+\n$/);
    const wrong = await sluice(['source', 'switch', 'third']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('main, backup')]);
  });
});

describe('shows', () => {
  const fields = (text: string) => new Map(text.split('\n').map((line) => line.split('\t') as [string, string]));
  const state = async (...args: string[]) => {
    const ended = await sluice(['shows', ...args]);
    expect([ended.code, ended.stderr], args.join(' ')).toEqual([0, '']);
    return fields(ended.stdout).get('state');
  };
  const plan = (title: string) => {
    const localStart = toWallClock(new Date(Date.now() + 3_600_000), 'UTC');
    const destinations = [{ destinationId }];
    return request('POST', '/api/shows', { title, zone: 'UTC', localStart, destinations, isDraft: true });
  };

  it('go from draft to live and to their end', async () => {
    const { showId } = await plan('Evening');
    expect(await state('show', 'Evening')).toBe('draft');
    expect(await state('schedule', 'Evening')).toBe('scheduled');
    expect(await state('unschedule', 'Evening')).toBe('draft');
    expect(await state('schedule', showId)).toBe('scheduled');
    const held = await sluice(['shows', 'hold', 'Even']);
    expect([held.code, fields(held.stdout).get('run sheet')]).toEqual([0, 'held']);
    const resumed = await sluice(['shows', 'resume', 'Even']);
    expect([resumed.code, fields(resumed.stdout).get('run sheet')]).toEqual([0, 'on']);
    await sluice(['shows', 'go-live', 'Evening']);
    await waitFor('the show to be live', async () => (await state('show', 'Evening')) === 'live');
    const taken = await sluice(['shows', 'take-over', 'Even']);
    expect([taken.code, fields(taken.stdout).get('run sheet')]).toEqual([0, 'off']);
    await sluice(['shows', 'end', 'Evening']);
    const { body } = await product.call('GET', `/api/shows/${showId}`);
    expect(['ending', 'ended']).toContain(body.state);
    await waitFor('the show to be over', async () => (await state('show', showId)) === 'ended');
    const report = await sluice(['shows', 'report', showId]);
    expect([report.code, JSON.parse(report.stdout)]).toEqual([0, await request('GET', `/api/shows/${showId}/report`)]);
  });

  it('are cancelled, and refuse what their state does not allow', async () => {
    const { showId } = await plan('Matinee');
    expect(await state('schedule', 'Matinee')).toBe('scheduled');
    expect(await state('cancel', 'Matinee')).toBe('cancelled');
    const refused = await sluice(['shows', 'go-live', showId]);
    expect([refused.code, refused.stdout]).toEqual([5, '']);
    expect(refused.stderr).toMatch(/^sluice: .+\n$/);
  });
});

describe('incidents', () => {
  it('are acknowledged by a part of their name, and muted with a reason', async () => {
    await request('PUT', '/api/incident-rules', { rules: { source_lost: { holdSeconds: 0 } } });
    await request('POST', `/api/destinations/${destinationId}/start`, {});
    const incident = await waitFor('an incident', async () => (await request('GET', '/api/incidents')).data[0]);
    const acknowledged = await sluice(['incidents', 'ack', incident.title]);
    expect(acknowledged).toMatchObject({ code: 0, stdout: expect.stringContaining('state\tacknowledged') });
    expect((await sluice(['incidents', 'ack', 'No such incident'])).code).toBe(1);
    const muted = await sluice(['incidents', 'mute', '--group', 'Screens', '--minutes', '5', '--reason', 'rehearsal']);
    expect([muted.code, muted.stderr]).toEqual([0, '']);
    const { data } = await request('GET', '/api/incident-mutes');
    expect(data).toMatchObject([{ group: 'Screens', reason: 'rehearsal' }]);
    expect((await sluice(['incidents', 'mute', '--group', 'Screens'])).code).toBe(2);
    expect((await sluice(['incidents', 'mute', '--minutes', '0', '--reason', 'x'])).code).toBe(2);
  });
});

it('prints no stream key and no token', () => {
  expect(printed.join('')).not.toMatch(new RegExp([KEY, COPY_KEY, TEST_TOKEN].join('|')));
});
