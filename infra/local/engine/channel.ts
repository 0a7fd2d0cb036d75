/**
 * A running channel: one output, fed by the flow that feeds its input's address. The channel chooses between copying
 * and encoding when the source is known and after each change of its format; the output behind the switch keeps
 * running.
 */
import { assertNever } from '../../../functions/domain/assert-never.ts';
import type { Clock } from '../host/clock.ts';
import type {
  ChannelReport,
  ChannelRun,
  PackageOutput,
  RehearsedChannelFault,
  Rendition,
  RtmpOutput,
} from './contract.ts';
import type { EncoderProgram } from './encoder-program.ts';
import type { Flow } from './flow.ts';
import { createHlsPackage, type HlsPackage } from './hls/hls-package.ts';
import { createProgramSwitch } from './program-switch.ts';
import type { KernelSendQueues } from './rtmp/kernel-send-queues.ts';
import { createRateMeter } from './rtmp/rate-meter.ts';
import { createRtmpPublisher } from './rtmp/publisher.ts';
import type { DialRules } from './rtmp/rtmp-socket.ts';

const SAMPLE_MS = 900;
/** Within this time arriving media yields pictures to send, or the channel counts as waiting for input. */
const BEGINS_WITHIN_MS = 10_000;

export interface Channel {
  run: ChannelRun;
  /** Sets the flow that feeds the channel; null for none. */
  connect(flow: Flow | null): void;
  /** Makes the pending copy-or-encode decisions. Cheap; called on every change and every second. */
  review(): void;
  report(): ChannelReport;
  /** Simulates a failure of the platform; null ends it. No effect on a channel that packages. */
  rehearse(fault: RehearsedChannelFault | null): void;
  /** Null unless the channel packages. */
  hls: HlsPackage | null;
  close(): Promise<void>;
}

export interface ChannelOptions {
  run: ChannelRun;
  clock: Clock;
  lowLatency: boolean;
  /** The addresses that may be dialled. */
  dial: DialRules;
  sendQueues: KernelSendQueues;
  onChange(): void;
}

type OutputReport = Omit<ChannelReport, 'channelId' | 'mode' | 'droppedFrames' | 'wantedFramesPerSecond'>;

interface Output {
  report(): OutputReport;
  rehearse?(fault: RehearsedChannelFault | null): void;
  close(): Promise<void>;
}

interface Lane {
  rendition: Rendition;
  feed: ReturnType<typeof createProgramSwitch>;
  mode: 'copy' | 'encode' | 'none';
  decidedFor: number | null;
  /** The lane's encoder; null while it copies or waits. */
  encoder: Pick<EncoderProgram, 'problem' | 'droppedFrames'> | null;
  /** Frames the shared encoder had dropped before this lane joined it. */
  droppedBefore: number;
}

function renditionsOf(output: ChannelRun['output']): Rendition[] {
  switch (output.kind) {
    case 'rtmp':
      return [output.rendition];
    case 'package':
      return output.renditions;
    default:
      return assertNever(output, 'output');
  }
}

export function createChannel(options: ChannelOptions): Channel {
  const { clock, run } = options;
  const lanes = renditionsOf(run.output).map((rendition): Lane => ({
    rendition,
    // Players switch between renditions, so their timestamps must agree.
    feed: createProgramSwitch({ clock, keepsTimes: run.output.kind === 'package' }),
    mode: 'none',
    decidedFor: null,
    encoder: null,
    droppedBefore: 0,
  }));
  let flow: Flow | null = null;
  let hls: HlsPackage | null = null;
  let liveSinceMs: number | null = null;
  const output = open(run.output);

  function open(wanted: ChannelRun['output']): Output {
    switch (wanted.kind) {
      case 'rtmp':
        return openRtmp(wanted);
      case 'package':
        return openPackage(wanted);
      default:
        return assertNever(wanted, 'output');
    }
  }

  function openRtmp({ url, streamKey, verifyCertificate }: RtmpOutput): Output {
    return createRtmpPublisher({
      url,
      streamKey,
      verifyCertificate,
      program: lanes[0]!.feed.program,
      clock,
      dial: options.dial,
      sendQueues: options.sendQueues,
      onChange: options.onChange,
    });
  }

  function openPackage(_output: PackageOutput): Output {
    const opened = createHlsPackage({
      programs: lanes.map((lane) => lane.feed.program),
      clock,
      lowLatency: options.lowLatency,
      onChange: options.onChange,
    });
    hls = opened;
    return packageOutput(opened, clock);
  }

  /** Returns whether media is arriving but its first keyframe or the encoder is not ready yet. */
  function isBeginning(waitingSinceMs: number): boolean {
    return liveSinceMs !== null && clock.now() - Math.max(liveSinceMs, waitingSinceMs) < BEGINS_WITHIN_MS;
  }

  function review(): void {
    if (!flow?.live()) liveSinceMs = null;
    else liveSinceMs ??= clock.now();
    if (!flow) return;
    const isLadder = lanes.length > 1;
    let copied = false;
    for (const lane of lanes) {
      const decision: 'copy' | 'encode' | 'undecided' | 'none' =
        lane.decidedFor === flow.revision() ? lane.mode : flow.decide(lane.rendition);
      if (decision === 'undecided' || decision === 'none') continue;
      // A ladder needs one copy only: a second rendition with the same pictures is useless.
      const mode: 'copy' | 'encode' = decision === 'copy' && copied && isLadder ? 'encode' : decision;
      copied ||= mode === 'copy';
      lane.decidedFor = flow.revision();
      if (lane.mode === mode) continue;
      lane.mode = mode;
      const encoder = mode === 'encode' ? flow.encoder(lane.rendition, { followsKeyframes: isLadder }) : null;
      lane.encoder = encoder;
      lane.droppedBefore = encoder?.droppedFrames() ?? 0;
      lane.feed.select(encoder?.program ?? flow.copy);
      options.onChange();
    }
  }

  /** Returns the frame rate to expect. In a ladder, no rendition exceeds the source's. */
  function wantedRate({ framesPerSecond }: Rendition): number | undefined {
    const given = lanes.length > 1 ? flow?.framesPerSecond() : null;
    return framesPerSecond !== undefined && given ? Math.min(framesPerSecond, given) : framesPerSecond;
  }

  return {
    run,
    hls,
    connect(next) {
      if (next === flow) return;
      flow = next;
      for (const lane of lanes) {
        lane.decidedFor = null;
        lane.mode = 'none';
        lane.encoder = null;
        lane.feed.select(null);
      }
      review();
    },
    review,
    rehearse: (fault) => output.rehearse?.(fault),
    report() {
      const lane = lanes[0];
      const report: ChannelReport = {
        ...output.report(),
        channelId: run.channelId,
        mode: lane?.mode ?? 'none',
        droppedFrames: lanes.reduce((sum, { encoder, droppedBefore }) => {
          return sum + (encoder ? encoder.droppedFrames() - droppedBefore : 0);
        }, 0),
        ...(lane?.encoder && { wantedFramesPerSecond: wantedRate(lane.rendition) }),
      };
      const failed = lanes.map(({ encoder }) => encoder?.problem()).find((problem) => problem);
      if (failed) report.problem ??= failed;
      if (report.state === 'waiting_for_input' && (failed || isBeginning(report.sinceMs))) {
        report.state = failed ? 'reconnecting' : 'connecting';
      }
      return report;
    },
    async close() {
      await output.close();
      for (const lane of lanes) lane.feed.select(null);
    },
  };
}

function packageOutput(hls: HlsPackage, clock: Clock): Output {
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
    async close() {
      hls.close();
    },
  };
}
