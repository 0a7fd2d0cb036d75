/**
 * Entry point of the engine process, which keeps media running independently of the control process's load. It receives
 * commands over IPC, serves HLS and the sources' pictures to it on a separate loopback port, and ends with its parent.
 */
import type { AddressInfo } from 'node:net';

import { systemClock } from '../host/clock.ts';
import { openChildRegistry } from './child-registry.ts';
import { createEngineCore, type EngineCore } from './engine-core.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createEngineServer } from './engine-http.ts';
import type { EngineCommand, FromEngine, ToEngine } from './engine-messages.ts';
import { findParentDeathPrefix } from './media-child.ts';

/** The process exits after this time, regardless of its children. */
const CLOSE_LIMIT_MS = 4_000;

let engine: { core: EngineCore; clearRegistry: () => void } | null = null;
let closing = false;

const logger: EngineLogger = {
  info: (message, details) => send({ kind: 'log', level: 'info', message, details }),
  warn: (message, details) => send({ kind: 'log', level: 'warn', message, details }),
  error: (message, details) => send({ kind: 'log', level: 'error', message, details }),
};

function send(message: FromEngine): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

function open({
  ffmpegPath,
  dataDirectory,
  lowLatency,
  loopbackAllowed,
  secret,
}: Extract<ToEngine, { kind: 'open' }>): void {
  if (engine) return;
  const registry = openChildRegistry({ dataDirectory, program: ffmpegPath, logger });
  const launcher = { ffmpegPath, prefix: findParentDeathPrefix(), registry };
  const core = createEngineCore({
    launcher,
    clock: systemClock,
    logger,
    lowLatency,
    dial: { loopbackAllowed },
    onReport: (report) => send({ kind: 'report', report }),
  });
  engine = { core, clearRegistry: registry.clear };
  const server = createEngineServer(core, secret);
  server.listen({ port: 0, host: '127.0.0.1' }, () =>
    send({ kind: 'ready', port: (server.address() as AddressInfo).port }),
  );
}

function run(core: EngineCore, command: EngineCommand): Promise<void> {
  switch (command.name) {
    case 'startFlow':
      return core.startFlow(command.source);
    case 'stopFlow':
      return core.stopFlow(command.flowArn);
    case 'setFlowOutputs':
      return core.setFlowOutputs(command.flowArn, command.addresses);
    case 'setFlowCallers':
      return core.setFlowCallers(command.flowArn, command.receivers);
    case 'startChannel':
      return core.startChannel(command.run);
    case 'stopChannel':
      return core.stopChannel(command.channelId);
    case 'keepSegments':
      return core.keepSegments(command.packageChannelId, command.keep);
    case 'coverChannel':
      return core.coverChannel(command.channelId, command.image);
    case 'rehearse':
      return core.rehearse(command.faults);
  }
}

async function close(): Promise<void> {
  if (closing) return;
  closing = true;
  setTimeout(() => process.exit(1), CLOSE_LIMIT_MS).unref();
  await engine?.core.close();
  engine?.clearRegistry();
  process.exit(0);
}

process.on('message', (message: ToEngine) => {
  if (message.kind === 'open') open(message);
  else if (message.kind === 'close') void close();
  else if (engine) {
    const { id } = message;
    run(engine.core, message.command).then(
      () => send({ kind: 'done', id }),
      (error: unknown) =>
        send({ kind: 'done', id, error: error instanceof Error ? error.message : 'the engine refused the command' }),
    );
  }
});
process.on('disconnect', () => void close());
process.on('SIGTERM', () => void close());
// Ctrl-C in a terminal reaches every process of the group; the parent decides when the media ends.
process.on('SIGINT', () => {});
