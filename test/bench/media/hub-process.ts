/**
 * A process with only the engine's fan-out: reads one live stream from a child process through a pipe, like the engine
 * reads its ingest, and publishes it to any number of URLs.
 */
import { spawn } from 'node:child_process';
import { systemClock } from '../../../infra/local/host/clock.ts';
import { silentLogger } from '../../../infra/local/engine/engine-logger.ts';
import { createFrameHub } from '../../../infra/local/engine/frame-hub.ts';
import { createRtmpPublisher } from '../../../infra/local/engine/rtmp/publisher.ts';
import { createSourceProgram } from '../../../infra/local/engine/source-program.ts';
import { createFlvReader } from '../../support/flv-content.ts';
import type { Program } from '../../../infra/local/engine/program.ts';
import type { PipelineReport } from '../../../infra/local/engine/contract.ts';
import type { RtmpPublisher } from '../../../infra/local/engine/rtmp/publisher.ts';

export interface HubSetup {
  /** Command and arguments of the process to read from. */
  feed: string[];
  input: 'transport-stream' | 'flv';
}

export type HubRequest = { type: 'publish'; urls: string[] } | { type: 'report' } | { type: 'stop' };

export type HubAnswer =
  | { type: 'ready'; feedProcessId: number }
  | { type: 'published'; atMs: number }
  | { type: 'report'; publishers: PipelineReport[] }
  | { type: 'stopped' };

const setup = JSON.parse(process.argv[2]!) as HubSetup;
const publishers: RtmpPublisher[] = [];
const [command, ...args] = setup.feed;
const feed = spawn(command!, args, { stdio: ['ignore', 'pipe', 'ignore'] });
const program = readFeed();
const answer = (message: HubAnswer) => process.send!(message);

function readFeed(): Program {
  if (setup.input === 'transport-stream') {
    const source = createSourceProgram({ clock: systemClock, logger: silentLogger, onStreams: () => {} });
    feed.stdout.on('data', (bytes: Buffer) => source.push(bytes));
    return source.program;
  }
  const hub = createFrameHub({ logger: silentLogger });
  const read = createFlvReader((item) => {
    if ('format' in item) hub.setFormat(item.format);
    else hub.push(item.frame);
  });
  feed.stdout.on('data', (bytes: Buffer) => read(bytes));
  return hub.program;
}

let announced = false;
/** The first picture may be a whole group of pictures away. */
const unsubscribe = program.subscribe({
  onFormat() {},
  onSourceLost() {},
  onFrame() {
    queueMicrotask(() => unsubscribe());
    if (!announced) answer({ type: 'ready', feedProcessId: feed.pid! });
    announced = true;
  },
});
function publish(url: string): RtmpPublisher {
  const at = url.lastIndexOf('/');
  const target = { url: url.slice(0, at), streamKey: url.slice(at + 1), verifyCertificate: true };
  return createRtmpPublisher({ ...target, dial: { loopbackAllowed: true }, program, onChange: () => {} });
}

process.on('message', (request: HubRequest) => {
  if (request.type === 'publish') {
    answer({ type: 'published', atMs: Date.now() });
    publishers.push(...request.urls.map(publish));
  } else if (request.type === 'report') {
    answer({ type: 'report', publishers: publishers.map((publisher) => publisher.report()) });
  } else {
    void Promise.all(publishers.map((publisher) => publisher.close())).then(() => answer({ type: 'stopped' }));
  }
});
process.on('disconnect', () => {
  feed.kill('SIGKILL');
  process.exit();
});
feed.once('exit', () => process.exit());
