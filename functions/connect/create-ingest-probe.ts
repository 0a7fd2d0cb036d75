import { lookup } from 'node:dns/promises';
import type { IngestProbe, ProbeResult } from '../domain/ingest-probe.ts';
import { probeRtmp, type RtmpProbeOptions } from './probe-rtmp.ts';
import { probeSrt } from './probe-srt.ts';
import { createSlots } from './slots.ts';

/** Tests at once, over all preflights of a process. */
const PROBES_MAX = 8;
/**
 * The system's resolver takes a thread for each name and cannot be cancelled. Two names without an answer leave threads
 * for the files of the store.
 */
const LOOKUPS_MAX = 2;
const LOOKUP_MS_MAX = 4_000;
const LIMIT_MS = 6_000;

export interface IngestProbeOptions
  extends Pick<IngestProbe, 'from'>, Pick<RtmpProbeOptions, 'certificateAuthorities'> {
  /** Allows servers on this machine. */
  loopbackAllowed: boolean;
  /** Longest time of one test; shorter in tests. */
  limitMs?: number;
}

/** Creates the test of destinations' servers, with the same rules for addresses as the connections that send. */
export function createIngestProbe(options: IngestProbeOptions): IngestProbe {
  const { from, loopbackAllowed, limitMs = LIMIT_MS, certificateAuthorities } = options;
  const inSlot = createSlots(PROBES_MAX);
  const inLookup = createSlots(LOOKUPS_MAX);
  const dial = { loopbackAllowed, resolve: (host: string) => inTime(inLookup(() => lookup(host, { all: true }))) };
  const unlessAborted = (signal: AbortSignal, test: () => Promise<ProbeResult | null>) =>
    inSlot(async () => (signal.aborted ? null : test()));
  return {
    from,
    rtmp: (url, signal) =>
      unlessAborted(signal, () =>
        probeRtmp(url, { dial, limitMs, ...(certificateAuthorities && { certificateAuthorities }) }, signal),
      ),
    srt: (target, signal) => unlessAborted(signal, () => probeSrt(target, { dial, limitMs }, signal)),
  };
}

/** @throws an error with the code of a resolver that does not answer */
async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('the resolver does not answer'), { code: 'EAI_AGAIN' });
    timer = setTimeout(() => reject(error), LOOKUP_MS_MAX);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
