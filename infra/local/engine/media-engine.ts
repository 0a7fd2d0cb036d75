/**
 * The engine as seen by the control process. The media runs in a separate process; this side keeps the desired state,
 * says it again to a new process when the old one has died, and carries the totals over.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';

import type { MediaEngine } from './contract.ts';
import { createDesiredMedia } from './desired-media.ts';
import { createEngineHttpClient } from './engine-http-client.ts';
import type { EngineLogger } from './engine-logger.ts';
import type { EngineCommand, FromEngine } from './engine-messages.ts';
import { createEngineSupervisor } from './engine-supervisor.ts';
import { createPendingCommands } from './pending-commands.ts';
import { createReportLedger } from './report-ledger.ts';
import { createReportListeners } from './report-listeners.ts';

export interface MediaEngineOptions {
  ffmpegPath: string;
  /** Directory of the list of running children. Created when missing. */
  dataDirectory: string;
  logger: EngineLogger;
  /** Whether RTMP servers on this machine may be dialled. */
  loopbackTargetsAllowed: boolean;
  hls?: { lowLatency?: boolean };
}

/**
 * Starts the engine process.
 * @returns once it accepts commands
 * @throws {Error} when the process ends before it is ready
 */
export async function createMediaEngine(options: MediaEngineOptions): Promise<MediaEngine> {
  const { dataDirectory, ffmpegPath, logger } = options;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const secret = randomBytes(32).toString('base64url');
  const desired = createDesiredMedia();
  const pending = createPendingCommands();
  const ledger = createReportLedger();
  const listeners = createReportListeners(logger);
  const supervisor = createEngineSupervisor({
    opening: {
      kind: 'open',
      ffmpegPath,
      dataDirectory,
      lowLatency: options.hls?.lowLatency ?? false,
      loopbackAllowed: options.loopbackTargetsAllowed,
      secret,
    },
    logger,
    onReady: replay,
    onMessage: receive,
    onEnded({ isRestarted }) {
      pending.resolveAll();
      if (isRestarted) listeners.notify(ledger.engineDied(Date.now()));
    },
  });

  function replay(): void {
    for (const command of desired.toCommands()) {
      send(command).catch((error: unknown) =>
        logger.error('the media engine refused a command after its restart', {
          command: command.name,
          error: String(error),
        }),
      );
    }
  }

  function receive(message: Exclude<FromEngine, { kind: 'ready' }>): void {
    if (message.kind === 'report') listeners.notify(ledger.take(message.report));
    else if (message.kind === 'log') logger[message.level](message.message, message.details);
    else pending.settle(message.id, message.error);
  }

  function send(command: EngineCommand): Promise<void> {
    if (supervisor.isClosing()) return Promise.reject(new Error('the media engine is closed'));
    // Without an engine there is nothing to wait for: the next one receives the whole desired state.
    if (supervisor.port() === null) return Promise.resolve();
    return pending.add((id) => supervisor.post({ kind: 'command', id, command }));
  }

  function order(command: EngineCommand): Promise<void> {
    desired.note(command);
    return send(command);
  }

  await supervisor.start();
  return {
    startFlow: (source) => order({ name: 'startFlow', source }),
    async stopFlow(flowArn) {
      await order({ name: 'stopFlow', flowArn });
      ledger.forgetFlow(flowArn);
    },
    setFlowOutputs: (flowArn, addresses) => order({ name: 'setFlowOutputs', flowArn, addresses }),
    async setFlowCallers(flowArn, receivers) {
      await order({ name: 'setFlowCallers', flowArn, receivers });
      ledger.keepCallers(desired.calledOutputs());
    },
    async startChannel(run) {
      const { channelId } = run;
      const before = desired.channel(channelId);
      try {
        await order({ name: 'startChannel', run });
      } catch (error) {
        desired.note(before ? { name: 'startChannel', run: before } : { name: 'stopChannel', channelId });
        throw error;
      }
    },
    async stopChannel(channelId) {
      await order({ name: 'stopChannel', channelId });
      ledger.forgetChannel(channelId);
    },
    keepSegments: (packageChannelId, keep) => order({ name: 'keepSegments', packageChannelId, keep }),
    coverChannel: (channelId, image) => order({ name: 'coverChannel', channelId, image }),
    rehearse: (faults) => order({ name: 'rehearse', faults }),
    onReport: listeners.add,
    report: () => ledger.newest(),
    ...createEngineHttpClient({ port: supervisor.port, secret }),
    close: supervisor.close,
  };
}
