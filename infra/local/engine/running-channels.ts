import { createChannel, type Channel, type ChannelOptions } from './channel.ts';
import type { CommandQueues } from './command-queues.ts';
import type { ChannelReport, ChannelRun, RehearsedFaults, SlateImage } from './contract.ts';
import type { Flow } from './flow.ts';
import type { HlsAnswer } from './hls/hls-package.ts';

/** The channels of one engine. */
export interface RunningChannels {
  /** Starts the channel, or starts it again when its run differs. */
  start(run: ChannelRun): Promise<void>;
  stop(channelId: string): Promise<void>;
  /** Shows an image instead of a channel's pictures; null ends it. */
  cover(channelId: string, image: SlateImage | null): Promise<void>;
  /** Connects each channel to the flows that feed its input's addresses. */
  connect(feeders: ReadonlyMap<string, Flow>): void;
  rehearse(faults: RehearsedFaults['channels']): void;
  /** Makes the pending copy-or-encode decisions. */
  review(): void;
  report(): ChannelReport[];
  fetchPackage(packageChannelId: string, path: string): Promise<HlsAnswer>;
  close(): Promise<void>;
}

export interface RunningChannelsOptions extends Omit<ChannelOptions, 'run'> {
  queues: CommandQueues;
  /** A channel has started and is not connected. */
  onStarted(): void;
}

/** Creates an empty set of channels. */
export function createRunningChannels(options: RunningChannelsOptions): RunningChannels {
  const { queues } = options;
  const channels = new Map<string, Channel>();

  async function close(channelId: string): Promise<void> {
    const channel = channels.get(channelId);
    if (!channel) return;
    channels.delete(channelId);
    await channel.close();
    options.onChange();
  }

  return {
    start: (run) =>
      queues.run(`channel ${run.channelId}`, async () => {
        const existing = channels.get(run.channelId);
        if (existing && JSON.stringify(existing.run) === JSON.stringify(run)) return;
        await close(run.channelId);
        channels.set(run.channelId, createChannel({ ...options, run }));
        options.onStarted();
      }),
    stop: (channelId) => queues.run(`channel ${channelId}`, () => close(channelId)),
    cover: (channelId, image) => queues.run(`channel ${channelId}`, async () => channels.get(channelId)?.cover(image)),
    connect(feeders) {
      for (const channel of channels.values()) {
        const { inputAddress, output } = channel.run;
        const backupAddress = output.kind === 'rtmp' ? output.backup?.inputAddress : undefined;
        channel.connect(feeders.get(inputAddress) ?? null, feeders.get(backupAddress ?? '') ?? null);
      }
    },
    rehearse(faults) {
      for (const [channelId, channel] of channels) channel.rehearse(faults[channelId] ?? null);
    },
    review() {
      for (const channel of channels.values()) channel.review();
    },
    report: () => [...channels.values()].map((channel) => channel.report()),
    async fetchPackage(packageChannelId, path) {
      for (const { run, hls } of channels.values()) {
        if (hls && run.output.kind === 'package' && run.output.packageChannelId === packageChannelId)
          return hls.fetch(path);
      }
      return { status: 404, contentType: 'text/plain', body: 'nothing is packaged under this name' };
    },
    async close() {
      await Promise.all([...channels.values()].map((channel) => channel.close()));
    },
  };
}
