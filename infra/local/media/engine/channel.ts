/**
 * A running channel: one output, fed by whichever flow feeds its input's address. Copy or encoder is decided when the
 * source is known and again when its format changes; the output behind the switch keeps going meanwhile.
 */
import type { Clock } from '../../clock.ts';
import type {
  ChannelReport,
  ChannelRun,
  PackageOutput,
  RehearsedChannelFault,
  Rendition,
  RtmpOutput,
} from './contract.ts';
import type { EncoderProblem } from './encoder-program.ts';
import type { Flow } from './flow.ts';
import { createHlsPackage, type HlsPackage } from './hls/hls-package.ts';
import { createProgramSwitch } from './program-switch.ts';
import { createRateMeter } from './rtmp/rate-meter.ts';
import { createRtmpPublisher } from './rtmp/publisher.ts';

const SAMPLE_MS = 900;

export interface Channel {
  run: ChannelRun;
  /** Which flow feeds it; null when nobody does. */
  connect(flow: Flow | null): void;
  /** Decides what is still to be decided. Cheap; called on every change and every second. */
  review(): void;
  report(): ChannelReport;
  /** Practises a failure of its platform; null ends it. A channel that packages has none. */
  rehearse(fault: RehearsedChannelFault | null): void;
  /** Present on channels that package. */
  hls: HlsPackage | null;
  close(): Promise<void>;
}

export interface ChannelOptions {
  run: ChannelRun;
  clock: Clock;
  lowLatency: boolean;
  onChange(): void;
}

type OutputReport = Omit<ChannelReport, 'channelId' | 'mode'>;

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
  problem(): EncoderProblem | null;
}

export function createChannel(options: ChannelOptions): Channel {
  const { clock, run } = options;
  const renditions = run.output.kind === 'rtmp' ? [run.output.rendition] : run.output.renditions;
  const lanes = renditions.map((rendition): Lane => ({
    rendition,
    feed: createProgramSwitch({ clock }),
    mode: 'none',
    decidedFor: null,
    problem: () => null,
  }));
  let flow: Flow | null = null;
  let hls: HlsPackage | null = null;
  const output = run.output.kind === 'rtmp' ? openRtmp(run.output) : openPackage(run.output);

  function openRtmp({ url, streamKey, verifyCertificate }: RtmpOutput): Output {
    return createRtmpPublisher({
      url,
      streamKey,
      verifyCertificate,
      program: lanes[0]!.feed.program,
      clock,
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

  function review(): void {
    if (!flow) return;
    let copied = false;
    for (const lane of lanes) {
      const decision: 'copy' | 'encode' | 'undecided' | 'none' =
        lane.decidedFor === flow.revision() ? lane.mode : flow.decide(lane.rendition);
      if (decision === 'undecided' || decision === 'none') continue;
      // One copy is enough: two renditions of a ladder with the same pictures help nobody.
      const mode: 'copy' | 'encode' = decision === 'copy' && copied && lanes.length > 1 ? 'encode' : decision;
      copied ||= mode === 'copy';
      lane.decidedFor = flow.revision();
      if (lane.mode === mode) continue;
      lane.mode = mode;
      const encoder = mode === 'encode' ? flow.encoder(lane.rendition) : null;
      lane.problem = encoder?.problem ?? (() => null);
      lane.feed.select(encoder?.program ?? flow.copy);
      options.onChange();
    }
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
        lane.problem = () => null;
        lane.feed.select(null);
      }
      review();
    },
    review,
    rehearse: (fault) => output.rehearse?.(fault),
    report() {
      const current = output.report();
      const report: ChannelReport = { ...current, channelId: run.channelId, mode: lanes[0]?.mode ?? 'none' };
      const failed = lanes.map((lane) => lane.problem()).find((problem) => problem !== null);
      if (failed && !report.problem) {
        report.problem = { code: 'encoder_failed', ...failed };
        if (report.state === 'waiting_for_input') report.state = 'reconnecting';
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
        meter.sample(nowMs, bytes, frames);
        sampledAtMs = nowMs;
      }
      if (publishing !== hls.publishing()) sinceMs = nowMs;
      publishing = hls.publishing();
      return {
        state: publishing ? 'publishing' : 'waiting_for_input',
        sinceMs,
        ...(publishing ? meter.rates(nowMs) : { bitrateBps: 0, framesPerSecond: 0 }),
        framesSent: frames,
        droppedFrames: 0,
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
