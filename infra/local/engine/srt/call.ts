/**
 * One SRT connection in live mode, of which this is the caller and the sender: handshake, data, retransmission of what
 * the receiver reports as lost, and the end. Packets that would arrive too late are dropped, as the receiver drops them.
 * @see https://datatracker.ietf.org/doc/html/draft-sharabayko-srt-01
 */
import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '../../host/clock.ts';
import type { SrtReceiver } from '../contract.ts';
import { describeRejection, describeSocketError, HUNG_UP, LOST, UNANSWERED, type CallFailure } from './call-failure.ts';
import {
  FLOW_WINDOW,
  readHandshakeAnswer,
  writeConclusion,
  writeInduction,
  type Caller,
} from '../../../../functions/connect/srt/handshake.ts';
import { createPayloadKey } from './key-material.ts';
import {
  CONTROL,
  readControlPacket,
  readLossReport,
  writeControlPacket,
  writeDataPacket,
  type DataPacket,
} from '../../../../functions/connect/srt/packets.ts';
import { createSendBuffer, type SendBuffer } from './send-buffer.ts';

/** SRT's own times: how often a handshake is repeated, how long it may take, and how long a peer may be silent. */
const REPEAT_MS = 250;
const CONNECT_LIMIT_MS = 3_000;
const SILENCE_LIMIT_MS = 5_000;
const KEEP_ALIVE_MS = 1_000;
const TICK_MS = 250;
/** A packet is kept for the latency, and for at least this long. */
const KEPT_MS_MIN = 1_000;
/** Until the receiver has measured it. */
const ROUND_TRIP_GUESS_MS = 100;
const SEND_BUFFER_BYTES = 1 << 20;

export interface CallTotals {
  /** Packets sent for the first time, and sent again. */
  packetsSent: number;
  packetsResent: number;
  /** Packets given up because they would arrive too late. */
  packetsDropped: number;
  /** Payload bytes that the receiver has acknowledged. */
  bytesDelivered: number;
}

export interface SrtCall {
  /** Sends a payload; ignored before the connection and after its end. */
  send(payload: Buffer): void;
  totals(): CallTotals;
  /** Returns the round trip as the receiver measures it; null before it has. */
  roundTripMs(): number | null;
  /** Tells the receiver and closes the socket. */
  close(): Promise<void>;
}

export interface SrtCallOptions {
  target: Pick<SrtReceiver, 'address' | 'port' | 'latencyMs' | 'streamId' | 'passphrase'>;
  clock: Clock;
  onConnected(): void;
  /** Called once, unless the call is closed first. */
  onEnded(failure: CallFailure): void;
}

/** Calls a receiver. The caller checks that the address may be dialled. */
export function openSrtCall({ target, clock, onConnected, onEnded }: SrtCallOptions): SrtCall {
  const { address, port, latencyMs, streamId, passphrase } = target;
  const key = passphrase === undefined ? undefined : createPayloadKey(passphrase);
  const self = introduce({ latencyMs, streamId }, key?.message);
  const socket = createSocket({ type: 'udp4', sendBufferSize: SEND_BUFFER_BYTES });
  const beganAtMs = performance.now();
  let step: 'induction' | 'conclusion' | 'connected' | 'over' = 'induction';
  let handshake = writeInduction(self);
  let peer: Peer = { socketId: 0, latencyMs, window: FLOW_WINDOW };
  let heardAtMs = beganAtMs;
  let saidAtMs = beganAtMs;
  let cancelTick: () => void = () => {};

  const timestamp = () => Math.round((performance.now() - beganAtMs) * 1000);

  function put(packet: Buffer): void {
    saidAtMs = performance.now();
    // An undeliverable datagram is a lost one, which SRT repairs; the socket reports what lasts.
    socket.send(packet, () => {});
  }

  function say(type: number, fields: { info?: number; body?: Buffer } = {}): void {
    put(writeControlPacket({ type, ...fields }, timestamp(), peer.socketId));
  }

  const buffer = createSendBuffer(self.firstSequence, key?.encrypt);
  const delivery = createDelivery(buffer, { put, say, timestamp, peer: () => peer });

  function fail(failure: CallFailure): void {
    if (step === 'over') return;
    step = 'over';
    cancelTick();
    socket.close();
    onEnded(failure);
  }

  function tick(): void {
    const nowMs = performance.now();
    if (step === 'connected') {
      if (nowMs - heardAtMs > SILENCE_LIMIT_MS) return fail(LOST);
      if (nowMs - saidAtMs > KEEP_ALIVE_MS) say(CONTROL.keepAlive);
      delivery.tick(nowMs);
    } else {
      if (nowMs - beganAtMs > CONNECT_LIMIT_MS) return fail(UNANSWERED);
      say(CONTROL.handshake, { body: handshake });
    }
    cancelTick = clock.after(step === 'connected' ? TICK_MS : REPEAT_MS, tick);
  }

  function onHandshake(body: Buffer): void {
    const answer = readHandshakeAnswer(body, key !== undefined);
    if (answer?.kind === 'rejected') return fail(describeRejection(answer.reason, key !== undefined));
    if (answer?.kind === 'induction' && step === 'induction') {
      step = 'conclusion';
      handshake = writeConclusion(self, answer.cookie);
      return say(CONTROL.handshake, { body: handshake });
    }
    if (answer?.kind !== 'accepted' || step !== 'conclusion') return;
    step = 'connected';
    peer = answer;
    onConnected();
  }

  socket.on('message', (packet) => {
    const control = readControlPacket(packet);
    if (step === 'over' || control?.socketId !== self.socketId) return;
    heardAtMs = performance.now();
    if (control.type === CONTROL.handshake) return onHandshake(control.body);
    if (step !== 'connected') return;
    if (control.type === CONTROL.acknowledgement) delivery.onAcknowledged(control.info, control.body);
    else if (control.type === CONTROL.lossReport) delivery.onLoss(control.body);
    else if (control.type === CONTROL.shutdown) fail(HUNG_UP);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => fail(describeSocketError(error.code, step === 'connected')));
  socket.connect(port, address, () => {
    if (step !== 'over') tick();
  });

  return {
    send(payload) {
      if (step === 'connected') delivery.send(payload);
    },
    totals: delivery.totals,
    roundTripMs: delivery.roundTripMs,
    close() {
      if (step === 'over') return Promise.resolve();
      const isConnected = step === 'connected';
      step = 'over';
      cancelTick();
      // SRT's shutdown has a body of one unused word.
      const shutdown = { type: CONTROL.shutdown, body: Buffer.alloc(4) };
      return hangUp(socket, isConnected ? writeControlPacket(shutdown, timestamp(), peer.socketId) : null);
    },
  };
}

function introduce({ latencyMs, streamId }: Pick<SrtReceiver, 'latencyMs' | 'streamId'>, keyMessage?: Buffer): Caller {
  return {
    ...{ socketId: randomInt(1, 0x3fff_ffff), firstSequence: randomInt(0, 0x3fff_ffff), latencyMs },
    streamId: streamId ?? null,
    ...(keyMessage ? { keyMessage } : {}),
  };
}

function hangUp(socket: Socket, lastWord: Buffer | null): Promise<void> {
  return new Promise((resolve) => {
    const over = () => socket.close(() => resolve());
    if (lastWord) socket.send(lastWord, over);
    else over();
  });
}

interface Peer {
  socketId: number;
  latencyMs: number;
  /** Packets that may be under way. */
  window: number;
}

interface Wire {
  put(packet: Buffer): void;
  say(type: number, fields: { info?: number; body?: Buffer }): void;
  timestamp(): number;
  peer(): Peer;
}

/** The data of a connection: sending, repeating what was lost, and giving up what is late. */
function createDelivery(buffer: SendBuffer, { put, say, timestamp, peer }: Wire) {
  const totals: CallTotals = { packetsSent: 0, packetsResent: 0, packetsDropped: 0, bytesDelivered: 0 };
  let roundTripMs: number | null = null;
  let mediaAtMs = performance.now();

  function resend(packets: readonly DataPacket[]): void {
    for (const packet of packets) put(writeDataPacket(packet, peer().socketId));
    totals.packetsResent += packets.length;
  }

  return {
    totals: () => totals,
    roundTripMs: () => roundTripMs,
    send(payload: Buffer): void {
      mediaAtMs = performance.now();
      const packet = buffer.add(payload, { timestamp: timestamp(), nowMs: mediaAtMs });
      totals.packetsSent += 1;
      totals.packetsDropped += buffer.dropBeyond(peer().window);
      put(writeDataPacket(packet, peer().socketId));
    },
    tick(nowMs: number): void {
      totals.packetsDropped += buffer.dropOlderThan(nowMs - Math.max(KEPT_MS_MIN, peer().latencyMs * 1.25));
      if (nowMs - mediaAtMs <= TICK_MS) return;
      // A receiver notices a loss by the packet behind it. When the stream pauses, there is none.
      const newest = buffer.resendNewest(nowMs);
      if (newest) resend([newest]);
    },
    onAcknowledged(number: number, body: Buffer): void {
      if (body.length < 4) return;
      totals.bytesDelivered += buffer.acknowledge(body.readUInt32BE(0) & 0x7fff_ffff);
      // A light acknowledgement has no number, and no round trip.
      if (number === 0) return;
      if (body.length >= 8) roundTripMs = body.readUInt32BE(4) / 1000;
      say(CONTROL.acknowledgementReceived, { info: number });
    },
    onLoss(body: Buffer): void {
      const pauseMs = roundTripMs ?? ROUND_TRIP_GUESS_MS;
      for (const range of readLossReport(body)) {
        const { packets, gone } = buffer.resend(range, performance.now(), pauseMs);
        resend(packets);
        if (gone) say(CONTROL.dropRequest, { body: writeRange(gone) });
      }
    },
  };
}

function writeRange([first, last]: [number, number]): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt32BE(first, 0);
  body.writeUInt32BE(last, 4);
  return body;
}
