/** Opens a channel's output: an RTMP publisher, or HLS for a package channel. */
import { assertNever } from '../../../functions/domain/assert-never.ts';
import type { Clock } from '../host/clock.ts';
import type { ChannelRun, PipelineReport, RehearsedChannelFault, SlateImage } from './contract.ts';
import { openTwoPipelines } from './two-pipelines.ts';
import { createHlsPackage, type HlsPackage } from './hls/hls-package.ts';
import type { Program } from './program.ts';
import type { SegmentKeeper } from './recording/segment-keepers.ts';
import type { KernelSendQueues } from './rtmp/kernel-send-queues.ts';
import { createRateMeter } from './rtmp/rate-meter.ts';
import { createRtmpPublisher, type RtmpPublisher } from './rtmp/publisher.ts';
import type { DialRules } from '../../../functions/connect/rtmp/rtmp-socket.ts';
import type { SlateProgram } from './slate/slate-program.ts';

const SAMPLE_MS = 900;

export interface ChannelOutput {
  report(): PipelineReport & { backup?: PipelineReport };
  /** Sets which inputs are fed; absent for an output with one pipeline. */
  setFed?(pipelines: FedPipelines): void;
  /** Simulates a failure of the platform; null ends it. Absent where there is no platform. */
  rehearse?(fault: RehearsedChannelFault | null): void;
  /** Shows an image instead of the pictures; null ends it. Absent for an output that packages. */
  cover?(image: SlateImage | null): void;
  /** Null unless the output is HLS. */
  hls: HlsPackage | null;
  close(): Promise<void>;
}

/** A publisher with a slate before it. */
export interface Pipeline extends RtmpPublisher {
  cover(image: SlateImage | null): void;
}

/** Whether a flow feeds the input of each pipeline. */
export interface FedPipelines {
  main: boolean;
  backup: boolean;
}

export interface ChannelOutputOptions {
  output: ChannelRun['output'];
  /** One per rendition. */
  programs: Program[];
  /** Puts a slate behind the program of an RTMP pipeline. */
  withSlate(program: Program): SlateProgram;
  clock: Clock;
  lowLatency: boolean;
  /** The addresses that may be dialled. */
  dial: DialRules;
  sendQueues: KernelSendQueues;
  onChange(): void;
  /** Returns what keeps the segments of a package channel on disk. */
  keeperOf(packageChannelId: string): SegmentKeeper;
}

/**
 * Starts the output, which waits for frames.
 * @throws {TypeError} when the URL is not an RTMP one
 */
export function openChannelOutput(options: ChannelOutputOptions): ChannelOutput {
  const { clock, dial, lowLatency, onChange, output, programs, sendQueues } = options;
  switch (output.kind) {
    case 'rtmp': {
      const { backup, url, streamKey, verifyCertificate } = output;
      const publish = (target: { url: string; streamKey: string }, program: Program): Pipeline => {
        const slate = options.withSlate(program);
        const link = { verifyCertificate, clock, dial, sendQueues, onChange };
        const publisher = createRtmpPublisher({ ...target, ...link, program: slate.program });
        return { ...publisher, cover: slate.cover, report: () => withShown(publisher.report(), slate) };
      };
      const main = { url, streamKey };
      const program = programs[0]!;
      if (backup) return { ...openTwoPipelines({ main, backup, program, clock, publish }), hls: null };
      return { ...publish(main, program), hls: null };
    }
    case 'package': {
      const keeper = options.keeperOf(output.packageChannelId);
      return createPackageOutput(createHlsPackage({ programs, clock, lowLatency, onChange, keeper }), clock);
    }
    default:
      return assertNever(output, 'output');
  }
}

function withShown(report: PipelineReport, slate: SlateProgram): PipelineReport {
  const showing = slate.showing();
  return showing ? { ...report, slate: showing } : report;
}

function createPackageOutput(hls: HlsPackage, clock: Clock): ChannelOutput {
  const meter = createRateMeter();
  let sampledAtMs = 0;
  let publishing = false;
  let sinceMs = clock.now();
  return {
    report() {
      const nowMs = clock.now();
      const { frames, bytes } = hls.totals();
      if (nowMs - sampledAtMs >= SAMPLE_MS) {
        meter.sample({ atMs: nowMs, bytes, frames, mediaMs: 0 });
        sampledAtMs = nowMs;
      }
      if (publishing !== hls.publishing()) sinceMs = nowMs;
      publishing = hls.publishing();
      return {
        state: publishing ? 'publishing' : 'waiting_for_input',
        sinceMs,
        ...(publishing ? meter.rates(nowMs) : { bitrateBps: 0, framesPerSecond: 0 }),
        framesSent: frames,
        unsentFrames: 0,
        reconnects: 0,
        bytesSent: bytes,
        queuedBytes: 0,
      };
    },
    hls,
    async close() {
      hls.close();
    },
  };
}
