/**
 * The engine inside its process: flows, channels and the table of addresses between them. Commands are idempotent
 * by id and run one after the other, so that a port is free before it is bound again.
 */
import type { Clock } from '../host/clock.ts';
import { createChannel, type Channel } from './channel.ts';
import {
  NOTHING_REHEARSED,
  type ChannelRun,
  type EngineReport,
  type FlowSource,
  type RehearsedFaults,
  type SourcePicture,
  type SrtCaller,
} from './contract.ts';
import type { EncoderLoad } from './encoder-program.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createFlow, type Flow } from './flow.ts';
import type { HlsAnswer } from './hls/hls-package.ts';
import type { MediaLauncher } from './media-child.ts';
import { createKernelSendQueues } from './rtmp/kernel-send-queues.ts';
import type { DialRules } from './rtmp/rtmp-socket.ts';
import { createSrtSenders } from './srt/senders.ts';

const REPORT_MS = 1_000;

export interface EngineCore {
  startFlow(source: FlowSource): Promise<void>;
  stopFlow(flowArn: string): Promise<void>;
  setFlowOutputs(flowArn: string, addresses: string[]): Promise<void>;
  setFlowCallers(flowArn: string, callers: SrtCaller[]): Promise<void>;
  startChannel(run: ChannelRun): Promise<void>;
  stopChannel(channelId: string): Promise<void>;
  rehearse(faults: RehearsedFaults): Promise<void>;
  report(): EngineReport;
  fetchPackage(packageChannelId: string, path: string): Promise<HlsAnswer>;
  fetchSourcePicture(flowArn: string): Promise<SourcePicture | null>;
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

export function createEngineCore(options: EngineCoreOptions): EngineCore {
  const { clock, launcher, logger } = options;
  const flows = new Map<string, Flow>();
  const outputs = new Map<string, string[]>();
  const channels = new Map<string, Channel>();
  const queues = new Map<string, Promise<void>>();
  const load: EncoderLoad = { running: 0 };
  const sendQueues = createKernelSendQueues(clock);
  const senders = createSrtSenders({ clock, loopbackAllowed: options.dial.loopbackAllowed, onChange: changed });
  let rehearsed = NOTHING_REHEARSED;
  let announced = '';
  let changePending = false;
  let closed = false;
  let cancelTick: (() => void) | undefined;

  /** Runs one command at a time per flow or channel, so that others do not wait for a slow one. */
  function inOrder(id: string, action: () => Promise<void>): Promise<void> {
    const done = (queues.get(id) ?? Promise.resolve()).then(() => (closed ? undefined : action()));
    const settled = done.catch(() => {});
    queues.set(id, settled);
    void settled.then(() => {
      if (queues.get(id) === settled) queues.delete(id);
    });
    return done;
  }

  function wire(): void {
    const flowByAddress = new Map<string, Flow>();
    for (const [flowArn, addresses] of outputs) {
      const flow = flows.get(flowArn);
      if (flow) for (const address of addresses) flowByAddress.set(address, flow);
    }
    for (const channel of channels.values()) channel.connect(flowByAddress.get(channel.run.inputAddress) ?? null);
    applyFaults();
    changed();
  }

  function applyFaults(): void {
    for (const [flowArn, flow] of flows) {
      flow.rehearseLoss(rehearsed.lostFlowArns.includes(flowArn));
      flow.rehearseLossyLine(rehearsed.lossyFlowArns.includes(flowArn));
    }
    for (const [channelId, channel] of channels) channel.rehearse(rehearsed.channels[channelId] ?? null);
  }

  function report(): EngineReport {
    const sources = [...flows.values()].map((flow) => flow.report());
    const running = [...channels.values()].map((channel) => channel.report());
    return { atMs: clock.now(), sources, channels: running, callers: senders.report() };
  }

  /** Many changes happen in one turn of the event loop: one report after it covers them all. */
  function changed(): void {
    if (changePending || closed) return;
    changePending = true;
    setImmediate(() => {
      changePending = false;
      if (closed) return;
      for (const channel of channels.values()) channel.review();
      const current = report();
      const states = describeStates(current);
      if (states === announced) return;
      announced = states;
      options.onReport(current);
    });
  }

  function tick(): void {
    if (closed) return;
    for (const channel of channels.values()) channel.review();
    const current = report();
    announced = describeStates(current);
    options.onReport(current);
    cancelTick = clock.after(REPORT_MS, tick);
  }
  cancelTick = clock.after(REPORT_MS, tick);

  async function closeChannel(channelId: string): Promise<void> {
    const channel = channels.get(channelId);
    if (!channel) return;
    channels.delete(channelId);
    await channel.close();
    changed();
  }

  return {
    startFlow: (source) =>
      inOrder(`flow ${source.flowArn}`, async () => {
        const flow = flows.get(source.flowArn);
        if (flow) return flow.configure(source);
        const feed = senders.feedOf(source.flowArn);
        flows.set(source.flowArn, createFlow({ source, launcher, clock, logger, load, feed, onChange: changed }));
        wire();
      }),
    stopFlow: (flowArn) =>
      inOrder(`flow ${flowArn}`, async () => {
        const flow = flows.get(flowArn);
        if (!flow) return;
        flows.delete(flowArn);
        wire();
        await flow.close();
      }),
    async setFlowOutputs(flowArn, addresses) {
      if (addresses.length > 0) outputs.set(flowArn, [...addresses]);
      else outputs.delete(flowArn);
      wire();
    },
    async setFlowCallers(flowArn, callers) {
      senders.set(flowArn, callers);
      changed();
    },
    startChannel: (run) =>
      inOrder(`channel ${run.channelId}`, async () => {
        const existing = channels.get(run.channelId);
        if (existing && JSON.stringify(existing.run) === JSON.stringify(run)) return;
        await closeChannel(run.channelId);
        const { lowLatency, dial } = options;
        channels.set(run.channelId, createChannel({ run, clock, lowLatency, dial, sendQueues, onChange: changed }));
        wire();
      }),
    stopChannel: (channelId) => inOrder(`channel ${channelId}`, () => closeChannel(channelId)),
    async rehearse(faults) {
      rehearsed = faults;
      applyFaults();
      changed();
    },
    report,
    async fetchPackage(packageChannelId, path) {
      for (const { run, hls } of channels.values()) {
        if (hls && run.output.kind === 'package' && run.output.packageChannelId === packageChannelId)
          return hls.fetch(path);
      }
      return { status: 404, contentType: 'text/plain', body: 'nothing is packaged under this name' };
    },
    fetchSourcePicture: async (flowArn) => (await flows.get(flowArn)?.picture()) ?? null,
    async close() {
      closed = true;
      cancelTick?.();
      await Promise.all(queues.values());
      await Promise.all([...channels.values()].map((channel) => channel.close()));
      await senders.close();
      await Promise.all([...flows.values()].map((flow) => flow.close()));
    },
  };
}

/** Returns the part of a report whose changes are sent at once, as a comparable key. */
function describeStates(report: EngineReport): string {
  const sources = report.sources.map(({ flowArn, state, error, connections, video, audio }) => [
    flowArn,
    state,
    error,
    connections,
    video?.codec,
    video?.width,
    video?.height,
    audio?.codec,
  ]);
  const channels = report.channels.map(({ channelId, state, mode, problem }) => [
    channelId,
    state,
    mode,
    problem?.code,
    problem?.attempt,
  ]);
  const callers = report.callers.map(({ outputArn, state, problem }) => [
    outputArn,
    state,
    problem?.code,
    problem?.attempt,
  ]);
  return JSON.stringify([sources, channels, callers]);
}
