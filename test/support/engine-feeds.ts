/** A media engine with feeds and receivers of its channels, for tests of what arrives at the far end. */
import { silentLogger } from '../../infra/local/engine/engine-logger.ts';
import type { MediaEngine, Rendition } from '../../infra/local/engine/contract.ts';
import { createMediaEngine } from '../../infra/local/engine/media-engine.ts';
import { receiveWithFfmpeg, type FfmpegReceiver } from './ffmpeg-receiver.ts';
import { findFreeUdpPort } from './product.ts';
import { findTestFfmpeg } from './test-media.ts';

/** Creates an engine that may send to this machine. */
export function createTestEngine(dataDirectory: string): Promise<MediaEngine> {
  const ffmpegPath = findTestFfmpeg()!;
  return createMediaEngine({ ffmpegPath, dataDirectory, logger: silentLogger, loopbackTargetsAllowed: true });
}

/** Starts a flow with one output. @returns the port of its SRT listener, and the address that channels take */
export async function startTestFlow(engine: MediaEngine, index = 0): Promise<{ port: number; inputAddress: string }> {
  const port = await findFreeUdpPort();
  const flowArn = `flow-${index}`;
  const inputAddress = `10.0.0.${index + 1}:5000`;
  await engine.startFlow({ flowArn, ingestPort: port, listenHost: '127.0.0.1', latencyMs: 120 });
  await engine.setFlowOutputs(flowArn, [inputAddress]);
  return { port, inputAddress };
}

/** Starts a channel that pushes to ffmpeg, which records what arrives. Kill its process after the test. */
export async function startReceivedChannel(
  engine: MediaEngine,
  channel: { channelId: string; inputAddress: string; path: string; rendition: Rendition },
): Promise<FfmpegReceiver> {
  const { channelId, inputAddress, path, rendition } = channel;
  const receiver = await receiveWithFfmpeg(findTestFfmpeg()!, path);
  const { url } = receiver;
  const output = { kind: 'rtmp' as const, url, streamKey: 'key', verifyCertificate: true, rendition };
  await engine.startChannel({ channelId, inputAddress, output });
  return receiver;
}
