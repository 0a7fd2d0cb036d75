/** Helpers for the RTMP tests. */
import { generate as generateCertificate } from 'selfsigned';
import { createFrameHub } from '../../infra/local/engine/frame-hub.ts';
import type { FrameHub } from '../../infra/local/engine/frame-hub.ts';
import type { Frame, ProgramFormat } from '../../infra/local/engine/program.ts';
import type { Clock } from '../../infra/local/host/clock.ts';

export interface ManualClock extends Clock {
  /** Advances the time in steps of at most 100 ms and runs due timers. */
  advance(byMs: number): void;
  /** Returns the pending delays, in milliseconds from now, shortest first. */
  pendingMs(): number[];
}

/** Creates a clock that moves only on `advance`. */
export function makeManualClock(): ManualClock {
  let nowMs = 1_800_000_000_000;
  const timers = new Set<{ atMs: number; action: () => void }>();
  return {
    now: () => nowMs,
    after(delayMs, action) {
      const timer = { atMs: nowMs + delayMs, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(byMs) {
      const untilMs = nowMs + byMs;
      while (nowMs < untilMs) {
        nowMs = Math.min(untilMs, nowMs + 100);
        for (const timer of [...timers].filter(({ atMs }) => atMs <= nowMs)) {
          if (timers.delete(timer)) timer.action();
        }
      }
    },
    pendingMs: () => [...timers].map(({ atMs }) => atMs - nowMs).sort((left, right) => left - right),
  };
}

/** Waits until the condition holds; fails with the given text after the limit. */
export async function until(condition: () => boolean, what: string, limitMs = 100_000): Promise<void> {
  const giveUpAtMs = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > giveUpAtMs) throw new Error(`gave up waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A 1280x720 High-profile configuration, written by x264. */
export const SAMPLE_AVC_CONFIGURATION = Buffer.from(
  '0164001fffe1001c6764001facd9405005bb016a02020280000003008000001e478c18cb01000668ebe3cb22c0',
  'hex',
);

/** H.264 and 48 kHz stereo AAC. */
export const SAMPLE_FORMAT: ProgramFormat = {
  video: { avcConfiguration: SAMPLE_AVC_CONFIGURATION, width: 1280, height: 720, framesPerSecond: 30 },
  audio: { specificConfig: Buffer.of(0x11, 0x90), sampleRateHz: 48_000, channels: 2 },
};

/** Builds a video frame that no decoder understands but tests can distinguish from others. */
export function makeVideoFrame(dtsMs: number, keyframe: boolean, bytes = 500): Frame {
  const flvBody = Buffer.alloc(bytes, Math.round(dtsMs) & 0xff);
  flvBody[0] = keyframe ? 0x17 : 0x27;
  flvBody[1] = 1;
  flvBody.fill(0, 2, 5);
  return { kind: 'video', dtsMs, compositionOffsetMs: 0, keyframe, flvBody };
}

/** Builds an AAC frame of the same kind. */
export function makeAudioFrame(dtsMs: number): Frame {
  return { kind: 'audio', dtsMs, compositionOffsetMs: 0, keyframe: false, flvBody: Buffer.from([0xaf, 1, 0x21, 0x10]) };
}

export interface TestCertificate {
  key: string;
  cert: string;
  /** The authority that signed it. */
  authority: string;
}

/** Creates a certificate for `localhost` and 127.0.0.1, signed by its own authority. */
export async function makeTestCertificate(): Promise<TestCertificate> {
  const options = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
  const authority = await generateCertificate([{ name: 'commonName', value: 'Test authority' }], {
    ...options,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const leaf = await generateCertificate([{ name: 'commonName', value: 'localhost' }], {
    ...options,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: leaf.private, cert: leaf.cert, authority: authority.cert };
}

/** Creates a hub without logs, which the test feeds. */
export function makeTestHub(): FrameHub {
  const nothing = () => {};
  return createFrameHub({ logger: { info: nothing, warn: nothing, error: nothing } });
}
