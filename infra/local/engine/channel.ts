/**
 * A running channel: one output, fed by the flow that feeds its input's address. The channel chooses between copying
 * and encoding when the source is known and after each change of its format; the output behind the switch keeps
 * running.
 */
import { assertNever } from '../../../functions/domain/assert-never.ts';
import type { Clock } from '../host/clock.ts';
import { openChannelOutput } from './channel-output.ts';
import type {
  ChannelReport,
  ChannelRun,
  PipelineReport,
  RehearsedChannelFault,
  Rendition,
  SlateImage,
} from './contract.ts';
import type { Flow } from './flow.ts';
import type { HlsPackage } from './hls/hls-package.ts';
import { createRenditionLane, type RenditionLane } from './rendition-lane.ts';
import type { Program } from './program.ts';
import type { KernelSendQueues } from './rtmp/kernel-send-queues.ts';
import type { SegmentKeeper } from './recording/segment-keepers.ts';
import type { DialRules } from '../../../functions/connect/rtmp/rtmp-socket.ts';
import { createSlateProgram, type SlateProgram } from './slate/slate-program.ts';
import type { SlateStudio } from './slate/slate-studio.ts';
import type { SlateTimers } from './slate/slate-timers.ts';

/** Within this time arriving media yields pictures to send, or the channel counts as waiting for input. */
const BEGINS_WITHIN_MS = 10_000;

export interface Channel {
  run: ChannelRun;
  /** Sets the flows that feed the inputs of its pipelines; null for none. */
  connect(flow: Flow | null, backup?: Flow | null): void;
  /** Makes the pending copy-or-encode decisions. Cheap; called on every change and every second. */
  review(): void;
  report(): ChannelReport;
  /** Simulates a failure of the platform; null ends it. No effect on a channel that packages. */
  rehearse(fault: RehearsedChannelFault | null): void;
  /** Shows an image instead of the pictures; null ends it. No effect on a channel that packages. */
  cover(image: SlateImage | null): void;
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
  studio: SlateStudio;
  slateTimers: SlateTimers;
  onChange(): void;
  /** Returns what keeps the segments of a package channel on disk. */
  keeperOf(packageChannelId: string): SegmentKeeper;
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

/** Returns what puts a slate behind the pictures of a rendition. */
function slatesOf(lane: RenditionLane, { clock, onChange, run, slateTimers: timers, studio }: ChannelOptions) {
  const inputLoss = run.output.kind === 'rtmp' ? run.output.inputLoss : undefined;
  const isCopied = () => !lane.wasEncoded();
  return (program: Program): SlateProgram =>
    createSlateProgram({ clock, inputLoss, onChange, studio, timers, program, isCopied });
}

/**
 * Starts a channel without a flow.
 * @throws {TypeError} when the URL of its output is not an RTMP one
 */
export function createChannel(options: ChannelOptions): Channel {
  const { clock, run } = options;
  // Players switch between renditions, so their timestamps must agree.
  const keepsTimes = run.output.kind === 'package';
  const lanes = renditionsOf(run.output).map((rendition) => createRenditionLane(rendition, { clock, keepsTimes }));
  const isLadder = lanes.length > 1;
  const programs = lanes.map(({ program }) => program);
  const withSlate = slatesOf(lanes[0]!, options);
  const output = openChannelOutput({ ...options, output: run.output, programs, withSlate });
  let flow: Flow | null = null;
  let liveSinceMs: number | null = null;
  let fed = { main: false, backup: false };

  /** Returns whether media is arriving but its first keyframe or the encoder is not ready yet. */
  function isBeginning(waitingSinceMs: number): boolean {
    return liveSinceMs !== null && clock.now() - Math.max(liveSinceMs, waitingSinceMs) < BEGINS_WITHIN_MS;
  }

  function review(): void {
    if (!flow?.live()) liveSinceMs = null;
    else liveSinceMs ??= clock.now();
    if (!flow) return;
    let copied = false;
    for (const lane of lanes) {
      const decision = lane.decide(flow);
      if (decision === 'undecided' || decision === 'none') continue;
      // A ladder needs one copy only: a second rendition with the same pictures is useless.
      const mode: 'copy' | 'encode' = decision === 'copy' && copied && isLadder ? 'encode' : decision;
      copied ||= mode === 'copy';
      if (lane.select(mode, flow, { followsKeyframes: isLadder })) options.onChange();
    }
  }

  /** Returns the frame rate to expect. In a ladder, no rendition exceeds the source's. */
  function wantedRate({ framesPerSecond }: Rendition): number | undefined {
    const given = isLadder ? flow?.framesPerSecond() : null;
    return framesPerSecond !== undefined && given ? Math.min(framesPerSecond, given) : framesPerSecond;
  }

  /** A pipeline that is fed and sends nothing yet is beginning, or its encoder has failed. */
  function explainWaiting(
    pipeline: PipelineReport,
    { failed, isFed }: { failed: PipelineReport['problem'] | null; isFed: boolean },
  ): void {
    if (failed) pipeline.problem ??= failed;
    if (pipeline.state !== 'waiting_for_input') return;
    if (failed) pipeline.state = 'reconnecting';
    else if (isFed && isBeginning(pipeline.sinceMs)) pipeline.state = 'connecting';
  }

  return {
    run,
    hls: output.hls,
    connect(main, backup = null) {
      fed = { main: main !== null, backup: backup !== null };
      output.setFed?.(fed);
      // Both pipelines send the same frames, so one fed input is enough to produce them.
      const next = main ?? backup;
      if (next === flow) return;
      flow = next;
      for (const lane of lanes) lane.disconnect();
      review();
    },
    review,
    rehearse: (fault) => output.rehearse?.(fault),
    cover: (image) => output.cover?.(image),
    report() {
      const lane = lanes[0];
      const report: ChannelReport = {
        ...output.report(),
        channelId: run.channelId,
        mode: lane?.mode() ?? 'none',
        droppedFrames: lanes.reduce((sum, each) => sum + each.droppedFrames(), 0),
        ...(lane && flow?.live() && flow.lacksChosenSound(lane.rendition) && { isSoundMissing: true }),
        ...(lane?.isEncoded() && { wantedFramesPerSecond: wantedRate(lane.rendition) }),
      };
      const failed = lanes.map((each) => each.problem()).find((problem) => problem);
      explainWaiting(report, { isFed: fed.main, failed });
      if (report.backup) explainWaiting(report.backup, { isFed: fed.backup, failed });
      return report;
    },
    async close() {
      await output.close();
      for (const lane of lanes) lane.disconnect();
    },
  };
}
