/**
 * The engine inside its process: flows, channels and the table of addresses between them. Commands are idempotent
 * by id and run one after the other, so that a port is free before it is bound again.
 */
import type { Clock } from '../host/clock.ts';
import { createCommandQueues } from './command-queues.ts';
import {
  NOTHING_REHEARSED,
  type ChannelRun,
  type EngineReport,
  type FlowSource,
  type KeepRequest,
  type ListenerName,
  type RehearsedFaults,
  type SlateImage,
  type SourcePicture,
  type SrtReceiver,
} from './contract.ts';
import type { EncoderLoad } from './encoder-run.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createFlow, type Flow } from './flow.ts';
import type { HlsAnswer } from './hls/hls-package.ts';
import type { MediaLauncher } from './media-child.ts';
import { createOutputAddresses } from './output-addresses.ts';
import { createReportSchedule } from './report-schedule.ts';
import { createRunningChannels } from './running-channels.ts';
import { createKernelSendQueues } from './rtmp/kernel-send-queues.ts';
import type { DialRules } from '../../../functions/connect/rtmp/rtmp-socket.ts';
import { createSegmentKeepers } from './recording/segment-keepers.ts';
import { createSlateStudio } from './slate/slate-studio.ts';
import { createSlateTimers } from './slate/slate-timers.ts';
import { createSrtSenders } from './srt/senders.ts';

export interface EngineCore {
  startFlow(source: FlowSource): Promise<void>;
  stopFlow(flowArn: string): Promise<void>;
  setFlowOutputs(flowArn: string, addresses: string[]): Promise<void>;
  setFlowCallers(flowArn: string, receivers: SrtReceiver[]): Promise<void>;
  startChannel(run: ChannelRun): Promise<void>;
  stopChannel(channelId: string): Promise<void>;
  keepSegments(packageChannelId: string, keep: KeepRequest | null): Promise<void>;
  coverChannel(channelId: string, image: SlateImage | null): Promise<void>;
  rehearse(faults: RehearsedFaults): Promise<void>;
  report(): EngineReport;
  fetchPackage(packageChannelId: string, path: string): Promise<HlsAnswer>;
  fetchSourcePicture(flowArn: string, name?: ListenerName): Promise<SourcePicture | null>;
  close(): Promise<void>;
}

export interface EngineCoreOptions {
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  lowLatency: boolean;
  /** The addresses that may be dialled. */
  dial: DialRules;
  onReport(report: EngineReport): void;
}

/** Creates an engine without flows and channels. */
export function createEngineCore(options: EngineCoreOptions): EngineCore {
  const { clock, dial, launcher, logger, lowLatency } = options;
  const flows = new Map<string, Flow>();
  const outputs = createOutputAddresses();
  const queues = createCommandQueues();
  const load: EncoderLoad = { running: 0 };
  const reports = createReportSchedule({ clock, build: reviewAndReport, onReport: options.onReport });
  const onChange = reports.changed;
  const sendQueues = createKernelSendQueues(clock);
  const keepers = createSegmentKeepers({ logger, onChange });
  const studio = createSlateStudio({ launcher, clock, logger, onReady: onChange });
  const slateTimers = createSlateTimers({ clock, logger });
  const shared = { clock, lowLatency, dial, sendQueues, studio, slateTimers, onChange, keeperOf: keepers.of };
  const channels = createRunningChannels({ ...shared, queues, onStarted: wire });
  const senders = createSrtSenders({ clock, loopbackAllowed: dial.loopbackAllowed, onChange });
  let rehearsed = NOTHING_REHEARSED;

  function wire(): void {
    channels.connect(outputs.feeders(flows));
    applyFaults();
    onChange();
  }

  function applyFaults(): void {
    for (const [flowArn, flow] of flows) {
      flow.rehearseLoss(rehearsed.lostFlowArns.includes(flowArn));
      flow.rehearseLossyLine(rehearsed.lossyFlowArns.includes(flowArn));
    }
    channels.rehearse(rehearsed.channels);
  }

  function report(): EngineReport {
    const sources = [...flows.values()].map((flow) => flow.report());
    const keeping = keepers.report();
    const seen = { atMs: clock.now(), sources, channels: channels.report(), callers: senders.report() };
    return keeping.length === 0 ? seen : { ...seen, keeping };
  }

  function reviewAndReport(): EngineReport {
    channels.review();
    return report();
  }

  return {
    startFlow: (source) =>
      queues.run(`flow ${source.flowArn}`, async () => {
        const flow = flows.get(source.flowArn);
        if (flow) return flow.configure(source);
        const feed = senders.feedOf(source.flowArn);
        flows.set(source.flowArn, createFlow({ source, launcher, clock, logger, load, feed, onChange }));
        wire();
      }),
    stopFlow: (flowArn) =>
      queues.run(`flow ${flowArn}`, async () => {
        const flow = flows.get(flowArn);
        if (!flow) return;
        flows.delete(flowArn);
        wire();
        await flow.close();
      }),
    async setFlowOutputs(flowArn, addresses) {
      outputs.set(flowArn, addresses);
      wire();
    },
    async setFlowCallers(flowArn, receivers) {
      senders.set(flowArn, receivers);
      onChange();
    },
    startChannel: channels.start,
    stopChannel: channels.stop,
    async keepSegments(packageChannelId, keep) {
      keepers.set(packageChannelId, keep);
      onChange();
    },
    coverChannel: channels.cover,
    async rehearse(faults) {
      rehearsed = faults;
      applyFaults();
      onChange();
    },
    report,
    fetchPackage: channels.fetchPackage,
    fetchSourcePicture: async (flowArn, name) => (await flows.get(flowArn)?.picture(name)) ?? null,
    async close() {
      reports.close();
      await queues.close();
      await channels.close();
      await senders.close();
      await keepers.close();
      await studio.close();
      await Promise.all([...flows.values()].map((flow) => flow.close()));
    },
  };
}
