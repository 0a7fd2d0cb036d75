/** One publisher's session: handshake, commands with the planned verdicts, media, pings and acknowledgements. */
import { join } from 'node:path';
import { createFlvRecorder } from './flv-recorder.ts';
import { readCommandValues, writeCommand } from './rtmp-wire.ts';
import { createFactsKeeper } from './session-facts.ts';
import { number32, openSessionWire, OUR_CHUNK_SIZE, TYPE } from './session-wire.ts';
import type net from 'node:net';
import type { FlvRecorder } from './flv-recorder.ts';
import type { ReceivedMessage } from './rtmp-wire.ts';
import type { SessionFacts } from './session-facts.ts';

/**
 * The verdict on a stream key. `reject_bad_name` responds with an error status; `close_silently` disconnects on
 * `publish` (nginx-rtmp with on_publish); `close_after_start` accepts first and then disconnects (node-media-server).
 */
export type KeyVerdict = 'accept' | 'reject_bad_name' | 'close_silently' | 'close_after_start';

export interface SessionOptions {
  /** Without it every key is accepted. */
  acceptKey?: (app: string, streamKey: string) => KeyVerdict;
  /** Bytes after which each side acknowledges; 2.5 MB when absent. */
  windowBytes?: number;
  /** The description in a refusal by `reject_bad_name`. */
  statusDescription?: string;
  /** False refuses the `connect` command. */
  acceptApp?: (app: string) => boolean;
  /** Records each session there as `session-<number>.flv`. Created if missing. */
  recordDirectory?: string;
  /** Receives every media message after it was counted in the facts. */
  onMedia?: (session: SessionFacts, kind: 'video' | 'audio', timestampMs: number, payload: Buffer) => void;
}

const DEFAULT_WINDOW_BYTES = 2_500_000;
const PING_EVERY_MS = 1_000;

/**
 * Serves a connected publisher until either side leaves.
 * @param onRecording receives the end of its recording
 */
export function serveSession(
  socket: net.Socket,
  facts: SessionFacts,
  options: SessionOptions,
  onRecording: (finished: Promise<void>) => void,
): void {
  const windowBytes = options.windowBytes ?? DEFAULT_WINDOW_BYTES;
  const keeper = createFactsKeeper(facts);
  const { say } = openSessionWire({ socket, windowBytes, onMessage });
  let recorder: FlvRecorder | null = null;
  let pings: NodeJS.Timeout | null = null;

  socket.once('close', () => {
    if (pings) clearInterval(pings);
    facts.state = 'ended';
    facts.endedAtMs = Date.now();
    if (recorder) onRecording(recorder.close());
    recorder = null;
  });

  function sayStatus(level: string, code: string, description: string): void {
    say(TYPE.command, 1, writeCommand('onStatus', 0, null, { level, code, description }));
  }

  function onMessage({ type, timestamp, payload }: ReceivedMessage): void {
    if (type === TYPE.video || type === TYPE.audio) return onMedia(type, timestamp, payload);
    if (type === TYPE.command) return onCommand(readCommandValues(payload));
    if (type === TYPE.data) {
      const [first, second, third] = readCommandValues(payload);
      const data = first === '@setDataFrame' ? third : second;
      if (data !== null && typeof data === 'object') facts.metadata = data as Record<string, unknown>;
      recorder?.write(TYPE.data, timestamp, first === '@setDataFrame' ? payload.subarray(16) : payload);
    }
    if (type === TYPE.acknowledgement) facts.acknowledgements += 1;
    if (type === TYPE.userControl && payload.readUInt16BE(0) === 7) facts.pongs += 1;
  }

  function onMedia(type: number, timestamp: number, payload: Buffer): void {
    if (facts.publishedAtMs === null || payload.length === 0) return;
    const isVideo = type === TYPE.video;
    if (isVideo) keeper.noteVideo(timestamp, payload, performance.now(), Date.now());
    else keeper.noteAudio(timestamp, payload);
    recorder?.write(type, timestamp, payload);
    options.onMedia?.(facts, isVideo ? 'video' : 'audio', timestamp, payload);
  }

  function onCommand([name, transaction, object, argument]: unknown[]): void {
    const id = typeof transaction === 'number' ? transaction : 0;
    if (name === 'connect') return onConnect(id, object);
    if (name === 'createStream') return say(TYPE.command, 0, writeCommand('_result', id, null, 1));
    if (name === 'publish') return onPublish(String(argument));
    if (name === 'FCPublish') return say(TYPE.command, 0, writeCommand('onFCPublish', 0, null));
    if (name === 'releaseStream') return say(TYPE.command, 0, writeCommand('_result', id, null));
    if (name === 'FCUnpublish' || name === 'deleteStream') {
      facts.cleanUnpublish = true;
      facts.goodbye.push(name);
    }
  }

  function onConnect(transaction: number, object: unknown): void {
    facts.app = String((object as Record<string, unknown> | null)?.app ?? '');
    say(TYPE.windowSize, 0, number32(windowBytes));
    say(TYPE.peerBandwidth, 0, Buffer.concat([number32(windowBytes), Buffer.from([2])]));
    say(TYPE.chunkSize, 0, number32(OUR_CHUNK_SIZE));
    const accepted = options.acceptApp?.(facts.app) ?? true;
    const code = accepted ? 'NetConnection.Connect.Success' : 'NetConnection.Connect.Rejected';
    const description = accepted ? 'Connection succeeded.' : 'No such application.';
    const information = { level: accepted ? 'status' : 'error', code, description, objectEncoding: 0 };
    say(
      TYPE.command,
      0,
      writeCommand(accepted ? '_result' : '_error', transaction, { fmsVer: 'FMS/3,0,1,123' }, information),
    );
    if (!accepted) socket.end();
  }

  function onPublish(streamKey: string): void {
    facts.streamName = streamKey;
    const verdict = options.acceptKey?.(facts.app, streamKey) ?? 'accept';
    if (verdict === 'close_silently') return void socket.destroy();
    if (verdict === 'reject_bad_name') {
      sayStatus('error', 'NetStream.Publish.BadName', options.statusDescription ?? 'Stream name is not accepted.');
      return void socket.end();
    }
    say(TYPE.userControl, 0, Buffer.from([0, 0, 0, 0, 0, 1]));
    sayStatus('status', 'NetStream.Publish.Start', 'Publishing started.');
    if (verdict === 'close_after_start') return void socket.end();
    facts.publishedAtMs = Date.now();
    facts.state = 'publishing';
    if (options.recordDirectory)
      recorder = createFlvRecorder(join(options.recordDirectory, `session-${facts.number}.flv`));
    const ping = () => say(TYPE.userControl, 0, Buffer.concat([Buffer.from([0, 6]), number32(Date.now())]));
    ping();
    pings = setInterval(ping, PING_EVERY_MS).unref();
  }
}
