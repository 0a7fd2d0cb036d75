import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { compareClock, parseTimeServer } from './compare-clock.ts';

let server: Socket | undefined;
afterEach(() => server?.close());

const NTP_EPOCH = 2_208_988_800;

/** Writes a Unix time in milliseconds as NTP has it. */
function writeTime(packet: Buffer, offset: number, ms: number): void {
  packet.writeUInt32BE((Math.floor(ms / 1000) + NTP_EPOCH) % 2 ** 32, offset);
  packet.writeUInt32BE(Math.floor(((ms % 1000) / 1000) * 2 ** 32), offset + 4);
}

/** Starts a time server on this machine whose clock is fast. @param change spoils its answer; several are sent in turn */
async function serve(fastMs: number, ...changes: ((answer: Buffer) => Buffer | void)[]) {
  const requests: Buffer[] = [];
  const socket = createSocket('udp4');
  server = socket;
  socket.on('message', (request, { address, port }) => {
    requests.push(request);
    for (const change of changes.length > 0 ? changes : [() => undefined]) {
      const answer = Buffer.alloc(48);
      answer[0] = 0x24;
      answer[1] = 2;
      request.copy(answer, 24, 40, 48);
      writeTime(answer, 32, Date.now() + fastMs);
      writeTime(answer, 40, Date.now() + fastMs);
      socket.send(change(answer) ?? answer, port, address);
    }
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { requests, timeServer: { host: '127.0.0.1', port: socket.address().port } };
}

/** A loaded machine may take long for its own answer. */
const PATIENT = { answerMs: 60_000 };

/** Returns by how much the answer misses a difference beyond its own uncertainty, or why there is none. */
async function missOf(fastMs: number, ...[timeServer, options = {}]: Parameters<typeof compareClock>) {
  const compared = await compareClock(timeServer, { ...PATIENT, ...options });
  if (!compared.ok) return compared.reason;
  // Both clocks count whole milliseconds.
  return Math.max(0, Math.abs(compared.offsetMs - fastMs) - compared.uncertaintyMs - 2);
}

describe('the comparison with a time server', () => {
  it.each([0, 90_000, -90_000, 86_400_000])('finds a difference of %d ms, as exactly as it says', async (fastMs) => {
    const { timeServer } = await serve(fastMs);
    expect(await missOf(fastMs, timeServer)).toBe(0);
  });

  it('sends one packet that says nothing about this machine', async () => {
    const { requests, timeServer } = await serve(0);
    await compareClock(timeServer, PATIENT);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toHaveLength(48);
    expect([requests[0]![0], requests[0]!.subarray(1, 40).every((byte) => byte === 0)]).toEqual([0x23, true]);
  });

  it('is right after 2036, when the seconds of NTP begin again', async () => {
    const later = Date.parse('2036-02-08T00:00:00Z') - Date.now();
    const { timeServer } = await serve(later);
    expect(await missOf(0, timeServer, { now: () => Date.now() + later })).toBe(0);
  });

  it('counts the distance of the server from its own source', async () => {
    const { timeServer } = await serve(0, (answer) => void answer.writeUInt32BE(0x8000, 8));
    const compared = await compareClock(timeServer, PATIENT);
    expect(compared.ok && compared.uncertaintyMs >= 500).toBe(true);
  });

  it.each<[string, (answer: Buffer) => void, string]>([
    [
      'a kiss of death',
      (answer) => {
        answer[1] = 0;
        answer.write('RATE', 12);
      },
      'it refuses (RATE)',
    ],
    ['an unsynchronized server', (answer) => void (answer[0] = 0xe4), 'its own clock is not synchronized'],
    ['a stratum that does not exist', (answer) => void (answer[1] = 16), 'its own clock is not synchronized'],
    [
      'a server far from its source',
      (answer) => void answer.writeUInt32BE(0x20000, 8),
      'its own clock is not synchronized',
    ],
    ['no time', (answer) => void answer.fill(0, 40, 48), 'its own clock is not synchronized'],
    ['the answer of a client', (answer) => void (answer[0] = 0x23), 'its answer is not that of a time server'],
  ])('refuses %s', async (_, change, reason) => {
    const { timeServer } = await serve(0, change);
    expect(await missOf(0, timeServer)).toBe(reason);
  });

  it('passes over packets that do not answer its question: short ones, and another origin', async () => {
    const isForged = (answer: Buffer): void => {
      answer.fill(7, 24, 32);
      writeTime(answer, 40, 0);
    };
    const { timeServer } = await serve(
      3_000,
      (answer) => answer.subarray(0, 47),
      isForged,
      () => undefined,
    );
    expect(await missOf(3_000, timeServer)).toBe(0);
    server?.close();
    const forged = await serve(0, isForged);
    expect(await missOf(0, forged.timeServer, { answerMs: 500 })).toBe('it did not answer within 0.5 seconds');
  });

  it('says why there is none: no such name, and a port without a server', async () => {
    expect(await missOf(0, { host: 'time.invalid', port: 123 }, { answerMs: 500 })).toMatch(
      /time\.invalid|did not answer/,
    );
    const { timeServer } = await serve(0);
    server!.close();
    server = undefined;
    expect(await missOf(0, timeServer, { answerMs: 500 })).toMatch(/ECONNREFUSED|did not answer/);
  });
});

it.each([
  ['pool.ntp.org', { host: 'pool.ntp.org', port: 123 }],
  ['192.168.1.1:1123', { host: '192.168.1.1', port: 1123 }],
  ['[fd00::1]:123', { host: 'fd00::1', port: 123 }],
  ['a b', null],
  ['host:70000', null],
  ['http://host', null],
])('a time server is read from %j', (text, expected) => {
  expect(parseTimeServer(text)).toEqual(expected);
});
