import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRtmpReceiver, type RtmpReceiver } from './rtmp-receiver/rtmp-receiver.ts';
import { printSessions } from './rtmp-receiver/status-lines.ts';
import type { Settings } from './host/settings.ts';

/**
 * The demo: a test picture with a tone, sent over real SRT, and two local RTMP targets in place of platforms. A third
 * target refuses its key, to show that failure. Everything uses the same REST API as an operator.
 */

interface DemoOptions {
  settings: Settings;
  srtPassphrase: string | undefined;
  ffmpegPath: string;
  origin: string;
  token: string;
  print: (line: string) => void;
}

const PRESET_KEPT_MS = 800;
const DEMO_KEY = 'rehearsal-key-good';
const WRONG_KEY = 'rehearsal-key-wrong';
const TARGETS = [
  {
    label: 'A',
    name: 'Rehearsal A (copies the source)',
    preset: '720p30',
    port: 19_351,
    streamKey: DEMO_KEY,
    start: true,
  },
  {
    label: 'B',
    name: 'Rehearsal B (encoded to 480p)',
    preset: '480p30',
    port: 19_352,
    streamKey: DEMO_KEY,
    start: true,
  },
  {
    label: 'C',
    name: 'Rehearsal C (wrong stream key)',
    preset: '720p30',
    port: 19_353,
    streamKey: WRONG_KEY,
    start: false,
  },
];

/** Starts the demo for a running product. @returns a function that stops sender and targets */
export async function startDemo(options: DemoOptions): Promise<() => Promise<void>> {
  const receivers = await Promise.all(TARGETS.map(({ port }) => startTarget(port)));
  const stopPrinting = receivers.map((receiver, index) =>
    printSessions(receiver.sessions, (line) => options.print(`${TARGETS[index]!.label} receives ${line}`)),
  );
  const stopSending = await sendTestPicture(options);
  // Add them one after the other, so that the dashboard lists them in this order.
  for (const [index, target] of TARGETS.entries()) await addTarget(options, target, receivers[index]!);
  options.print('demo: sending a test picture; Rehearsal A and B are starting.');
  options.print('demo: start Rehearsal C in the dashboard to see what a wrong stream key looks like.');
  return async () => {
    for (const stop of stopPrinting) stop();
    await stopSending();
    await Promise.all(receivers.map((receiver) => receiver.close()));
  };
}

async function startTarget(port: number): Promise<RtmpReceiver> {
  const acceptKey = (_app: string, streamKey: string) => (streamKey === DEMO_KEY ? 'accept' : 'reject_bad_name');
  try {
    return await startRtmpReceiver({ port, acceptKey });
  } catch {
    // If the usual port is taken, use any other: the destination gets its address.
    return startRtmpReceiver({ port: 0, acceptKey });
  }
}

/** Encodes the test picture once, then sends it in an endless loop in real time. */
async function sendTestPicture({
  settings,
  srtPassphrase,
  ffmpegPath,
  print,
}: DemoOptions): Promise<() => Promise<void>> {
  const clip = join(settings.dataDirectory, 'demo-source.ts');
  if (!existsSync(clip)) {
    print('demo: encoding the test picture (once, a few seconds) …');
    await run(ffmpegPath, encodeArguments(`${clip}.part`));
    renameSync(`${clip}.part`, clip);
  }
  const presetFile = join(settings.dataDirectory, 'demo-sender.ffpreset');
  const encryption = srtPassphrase === undefined ? '' : `passphrase=${srtPassphrase}\npbkeylen=16\n`;
  const latency = settings.srtLatencyMs * 1000;
  let isStopped = false;
  let child: ChildProcess | null = null;
  const send = () => {
    // Other users can see the arguments, so pass the passphrase in a private file and delete it once it was read.
    writeFileSync(presetFile, `mode=caller\n${encryption}`, { mode: 0o600 });
    setTimeout(() => rmSync(presetFile, { force: true }), PRESET_KEPT_MS);
    child = spawn(
      ffmpegPath,
      [
        ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-re', '-stream_loop', '-1', '-i', clip],
        ...['-map', '0', '-c', 'copy', '-f', 'mpegts', '-fpre', presetFile],
        `srt://127.0.0.1:${settings.srtPort}?latency=${latency}&pkt_size=1316`,
      ],
      { stdio: 'ignore' },
    );
    const sendAgain = () => {
      child = null;
      if (!isStopped) setTimeout(() => !isStopped && send(), 1000);
    };
    child.once('exit', sendAgain);
    // A sender that cannot start must not affect anything else.
    child.once('error', sendAgain);
  };
  send();
  return async () => {
    isStopped = true;
    rmSync(presetFile, { force: true });
    if (!child) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
}

function encodeArguments(file: string): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-y'],
    ...['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=30:duration=20'],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=20'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-pix_fmt', 'yuv420p', '-bf', '0'],
    ...[
      '-b:v',
      '2500k',
      '-maxrate',
      '2500k',
      '-bufsize',
      '5000k',
      '-g',
      '60',
      '-keyint_min',
      '60',
      '-sc_threshold',
      '0',
    ],
    ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-shortest', '-f', 'mpegts', file],
  ];
}

async function run(program: string, programArguments: string[]): Promise<void> {
  const child = spawn(program, programArguments, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`encoding the test picture failed: ffmpeg ended with ${code}`);
}

type Target = (typeof TARGETS)[number];

async function addTarget(options: DemoOptions, target: Target, receiver: RtmpReceiver): Promise<void> {
  const rtmpUrl = `${receiver.baseUrl}/live`;
  const { data } = (await call(options, 'GET', '/api/destinations?limit=200')) as {
    data: { destinationId: string; name: string; rtmpUrl: string }[];
  };
  const existing = data.find(({ name }) => name === target.name);
  const { destinationId } =
    existing ??
    ((await call(options, 'POST', '/api/destinations', {
      name: target.name,
      platform: 'custom',
      rtmpUrl,
      streamKey: target.streamKey,
      preset: target.preset,
    })) as { destinationId: string });
  if (existing && existing.rtmpUrl !== rtmpUrl) {
    await call(options, 'PATCH', `/api/destinations/${destinationId}?apply=now`, { rtmpUrl });
  }
  if (target.start) await call(options, 'POST', `/api/destinations/${destinationId}/start`, {});
}

async function call({ origin, token }: DemoOptions, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as { detail?: string };
  if (!response.ok) throw new Error(`demo: ${method} ${path} was refused: ${answer.detail}`);
  return answer;
}
