/**
 * The line between callers and the SRT listener. It owns the flow's UDP port and forwards datagrams between callers and
 * a listener on a loopback port, reading only their headers. ffmpeg does not report SRT's statistics, so the line
 * measures them; and the port stays bound while one listener replaces another. Each caller has its own socket towards
 * the listener, which distinguishes callers by it.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import ipaddr from 'ipaddr.js';
import type { Clock } from '../host/clock.ts';
import type { SourceListener } from './contract.ts';
import { createSrtCaller, type SrtCaller } from './srt-caller.ts';
import { readDataPacket, readRoundTrip, type LineQuality } from './srt-line-meter.ts';

const LOOPBACK = '127.0.0.1';
/** About a third of a second at 20 Mbit/s; the system may allow less. */
const RECEIVE_BUFFER_BYTES = 1 << 20;
/** SRT drops a silent peer after five seconds. */
const CALLER_KEPT_MS = 10_000;
/** Attempts that continue for longer than this are not the accepted caller's last ones. */
const KNOCKING_MS_MIN = 1_500;
/** A rejected encoder calls again within this time. */
const KNOCKING_MS_MAX = 8_000;
/** Limit on callers: one is accepted, the others are only trying. */
const CALLERS_MAX = 16;
/** A simulated loss drops one in this many packets: enough for a clear alarm, few enough for SRT to repair. */
const SIMULATED_LOSS_OF = 10;

export interface SrtLine {
  /**
   * Picks a port for a listener that is about to start, and forwards callers' datagrams there. Until the listener is
   * ready they are lost, and the callers try again.
   */
  pickListenerPort(): Promise<number>;
  /** Returns the quality of the accepted caller's line. */
  quality(): LineQuality;
  /** Returns the address of a caller that tries to connect while another is accepted; null without one. */
  turnedAway(): string | null;
  close(): Promise<void>;
}

/**
 * Binds the flow's port.
 * @param isLossy returns whether loss is simulated; called for each packet
 * @throws {NodeJS.ErrnoException} EADDRINUSE, EACCES, EADDRNOTAVAIL, … from the system
 */
export async function openSrtLine(
  { listenHost, ingestPort, allowed }: Pick<SourceListener, 'listenHost' | 'ingestPort' | 'allowed'>,
  clock: Clock,
  isLossy: () => boolean,
): Promise<SrtLine> {
  const callers = new Map<string, SrtCaller>();
  const open = await bind({ address: listenHost, port: ingestPort });
  let listenerPort: number | null = null;
  let accepted: SrtCaller | null = null;
  let dataPackets = 0;

  function forget(key: string, caller: SrtCaller): void {
    callers.delete(key);
    if (accepted === caller) accepted = null;
    caller.close();
  }

  /** Makes room for one more caller, never by removing the accepted one. */
  function makeRoom(): void {
    const oldestFirst = [...callers].toSorted(([, one], [, other]) => one.heardAtMs - other.heardAtMs);
    const tooMany = callers.size - CALLERS_MAX + 1;
    for (const [index, [key, caller]] of oldestFirst.entries()) {
      const isPushedOut = index < tooMany && caller !== accepted;
      if (isPushedOut || clock.now() - caller.heardAtMs > CALLER_KEPT_MS) forget(key, caller);
    }
  }

  function addCaller(key: string, { address, port }: RemoteInfo, toListener: number): SrtCaller {
    makeRoom();
    const caller = createSrtCaller({
      ...{ address, clock, listenerPort: toListener },
      onAnswer(packet) {
        const roundTripMs = readRoundTrip(packet);
        if (roundTripMs !== null) {
          accepted = caller;
          caller.meter.acknowledged(roundTripMs);
        }
        open.send(packet, port, address);
      },
    });
    callers.set(key, caller);
    return caller;
  }

  open.on('message', (packet, from) => {
    if (listenerPort === null) return;
    const key = `${from.address} ${from.port}`;
    // As on AWS, an address that is not allowed gets no answer.
    if (!callers.has(key) && allowed !== undefined && !isInBlock(from.address, allowed)) return;
    const caller = callers.get(key) ?? addCaller(key, from, listenerPort);
    caller.heardAtMs = clock.now();
    const data = readDataPacket(packet);
    if (data) {
      dataPackets += 1;
      if (isLossy() && dataPackets % SIMULATED_LOSS_OF === 0) return;
      caller.meter.received(data);
    }
    caller.forward(packet);
  });
  open.on('error', () => {});

  return {
    async pickListenerPort() {
      for (const [key, caller] of callers) forget(key, caller);
      listenerPort = await findFreePort();
      return listenerPort;
    },
    quality: () => accepted?.meter.read() ?? {},
    turnedAway: () => (accepted ? findTurnedAway([...callers.values()], accepted, clock.now()) : null),
    async close() {
      for (const [key, caller] of callers) forget(key, caller);
      const closed = once(open, 'close');
      open.close();
      await closed;
    },
  };
}

function isInBlock(address: string, block: string): boolean {
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' && (parsed as ipaddr.IPv4).match(ipaddr.IPv4.parseCIDR(block));
}

/** Returns the address of a caller that keeps trying to connect beside the accepted one; null without one. */
function findTurnedAway(callers: SrtCaller[], accepted: SrtCaller, nowMs: number): string | null {
  const knocking = callers.filter((caller) => caller !== accepted && nowMs - caller.heardAtMs <= KNOCKING_MS_MAX);
  // An encoder that calls again does so from another port.
  for (const { address } of knocking) {
    const sinceMs = Math.min(
      ...knocking.filter((other) => other.address === address).map((other) => other.firstHeardAtMs),
    );
    if (nowMs - sinceMs >= KNOCKING_MS_MIN) return address;
  }
  return null;
}

async function bind({ address, port }: { address: string; port: number }): Promise<Socket> {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  try {
    const listening = once(socket, 'listening');
    socket.bind({ address, port, exclusive: true });
    await listening;
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Finds a free port. If another process binds it first, the listener ends at once and restarts on another port. */
async function findFreePort(): Promise<number> {
  const socket = await bind({ address: LOOPBACK, port: 0 });
  const { port } = socket.address();
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  return port;
}
