/**
 * Sends a flow's transport stream to one SRT receiver, and calls again whenever the connection is lost. It does not wait
 * for the source: a receiver sees the connection at once, and media when there is some.
 */
import { requireAllowedAddress } from '../../../../functions/connect/checked-lookup.ts';
import type { Clock } from '../../host/clock.ts';
import type { CallerReport, SrtReceiver } from '../contract.ts';
import { createRateMeter } from '../rtmp/rate-meter.ts';
import { openSrtCall, type CallTotals, type SrtCall } from './call.ts';
import type { CallFailure } from './call-failure.ts';

const RETRY_DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
/** After a refusal that lasts until someone changes something. */
const REJECTED_RETRY_MS = 30_000;
const SAMPLE_MS = 1_000;
/** A connection of this length counts as a success; the next failure begins with the shortest delay again. */
const LASTING_MS = 10_000;

export interface SrtSender {
  target: SrtReceiver;
  send(payload: Buffer): void;
  report(): CallerReport;
  close(): Promise<void>;
}

export interface SrtSenderOptions {
  target: SrtReceiver;
  /** Whether receivers on this machine may be called. */
  loopbackAllowed: boolean;
  clock: Clock;
  /** Called when the state or the problem has changed. */
  onChange(): void;
}

/** Begins to call in the background; nothing throws later. */
export function createSrtSender({ target, loopbackAllowed, clock, onChange }: SrtSenderOptions): SrtSender {
  const meter = createRateMeter();
  let before: CallTotals = { packetsSent: 0, packetsResent: 0, packetsDropped: 0, bytesDelivered: 0 };
  let disconnections = 0;
  let call: SrtCall | null = null;
  let state: CallerReport['state'] = 'connecting';
  let sinceMs = clock.now();
  let problem: CallerReport['problem'];
  let attempts = 0;
  let closed = false;
  let cancelAttempt: () => void = () => {};
  let cancelSample: () => void = () => {};

  function become(next: CallerReport['state'], nextProblem: CallerReport['problem']): void {
    if (next !== state) sinceMs = clock.now();
    state = next;
    problem = nextProblem;
    onChange();
  }

  function attempt(): void {
    if (problem) become(state, { ...problem, nextAttemptAtMs: undefined });
    try {
      requireAllowedAddress(target.address, { loopbackAllowed });
    } catch (error) {
      return onEnded({ code: 'host_not_public', detail: (error as Error).message, isFinal: true });
    }
    call = openSrtCall({ target, clock, onConnected, onEnded });
  }

  function onConnected(): void {
    become('connected', undefined);
    meter.restart({ atMs: clock.now(), bytes: totals().bytesDelivered, frames: 0, mediaMs: 0 });
    sample();
  }

  function sample(): void {
    meter.sample({ atMs: clock.now(), bytes: totals().bytesDelivered, frames: 0, mediaMs: 0 });
    cancelSample = clock.after(SAMPLE_MS, sample);
  }

  function onEnded(failure: CallFailure): void {
    if (closed) return;
    const nowMs = clock.now();
    cancelSample();
    before = totals();
    call = null;
    if (state === 'connected') {
      disconnections += 1;
      if (nowMs - sinceMs >= LASTING_MS) attempts = 0;
    }
    attempts += 1;
    const delayMs = failure.isFinal ? REJECTED_RETRY_MS : (RETRY_DELAYS_MS[attempts - 1] ?? RETRY_DELAYS_MS.at(-1)!);
    cancelAttempt = clock.after(delayMs, attempt);
    const { code, detail } = failure;
    become(failure.isFinal ? 'rejected' : 'reconnecting', {
      ...{ code, detail, attempt: attempts, nextAttemptAtMs: nowMs + delayMs },
    });
  }

  function totals(): CallTotals {
    const now = call?.totals();
    if (!now) return before;
    return {
      packetsSent: before.packetsSent + now.packetsSent,
      packetsResent: before.packetsResent + now.packetsResent,
      packetsDropped: before.packetsDropped + now.packetsDropped,
      bytesDelivered: before.bytesDelivered + now.bytesDelivered,
    };
  }

  // Not at once: the caller of this function does not have the sender yet.
  cancelAttempt = clock.after(0, attempt);
  return {
    target,
    send: (payload) => call?.send(payload),
    report() {
      const roundTripMs = call?.roundTripMs() ?? null;
      return {
        outputArn: target.outputArn,
        state,
        sinceMs,
        ...(problem && { problem }),
        bitrateBps: state === 'connected' ? meter.rates(clock.now()).bitrateBps : 0,
        ...(roundTripMs === null ? {} : { roundTripMs }),
        ...totals(),
        disconnections,
      };
    },
    async close() {
      closed = true;
      cancelAttempt();
      cancelSample();
      await call?.close();
      call = null;
    },
  };
}
