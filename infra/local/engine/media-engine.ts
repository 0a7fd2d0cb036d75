/**
 * The engine as seen by the control process. The media runs in a separate process; this side keeps the desired state,
 * says it again to a new process when the old one has died, and carries the totals over.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { ChannelRun, EngineReport, FlowSource, MediaEngine, RehearsedFaults, SrtCaller } from './contract.ts';
import type { EngineLogger } from './engine-logger.ts';
import {
  ENGINE_SECRET_HEADER,
  TAKEN_AT_HEADER,
  type EngineCommand,
  type FromEngine,
  type ToEngine,
} from './engine-messages.ts';
import { engineArguments } from './engine-arguments.ts';
import { createReportLedger } from './report-ledger.ts';

const ENGINE_PROCESS = fileURLToPath(new URL('./engine-process.ts', import.meta.url));
const RESTART_MS = 100;
const RESTART_MAX_MS = 5_000;
/** A process that ran for this long is restarted at once. */
const STABLE_MS = 10_000;
const CLOSE_MS = 5_000;
/** The only environment variables passed to the engine; above all, no credentials. */
const ENVIRONMENT_NAMES = [
  'PATH',
  'HOME',
  'TMPDIR',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'SystemRoot',
];

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
  const { logger } = options;
  mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 });
  const desired = {
    flows: new Map<string, FlowSource>(),
    outputs: new Map<string, string[]>(),
    callers: new Map<string, SrtCaller[]>(),
    channels: new Map<string, ChannelRun>(),
    rehearsed: null as RehearsedFaults | null,
  };
  const listeners = new Set<(report: EngineReport) => void>();
  const ledger = createReportLedger();
  const pending = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const secret = randomBytes(32).toString('base64url');
  let engine: { process: ChildProcess; port: number; startedAtMs: number } | null = null;
  let starting: ChildProcess | null = null;
  let commandId = 0;
  let restarts = 0;
  let closing: Promise<void> | null = null;
  let restartTimer: NodeJS.Timeout | undefined;

  function start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = fork(ENGINE_PROCESS, [], {
        execArgv: engineArguments(process.execArgv),
        env: pickEnvironment(),
        detached: true,
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      const startedAtMs = Date.now();
      let ended = false;
      starting = child;
      child.stderr?.on('data', (chunk: Buffer) =>
        logger.error('the media engine said', { output: chunk.toString('utf8').slice(0, 2_000) }),
      );
      child.on('message', (message: FromEngine) => {
        if (message.kind !== 'ready') return receive(message);
        starting = null;
        engine = { process: child, port: message.port, startedAtMs };
        replay();
        resolve();
      });
      const end = () => {
        if (ended) return;
        ended = true;
        if (starting === child) starting = null;
        reject(new Error('the media engine ended before it was ready'));
        died(startedAtMs);
      };
      child.on('exit', end);
      child.on('error', end);
      post(child, {
        kind: 'open',
        ffmpegPath: options.ffmpegPath,
        dataDirectory: options.dataDirectory,
        lowLatency: options.hls?.lowLatency ?? false,
        loopbackAllowed: options.loopbackTargetsAllowed,
        secret,
      });
    });
  }

  function died(startedAtMs: number): void {
    engine = null;
    // A pending command is part of the desired state, which the next process will carry out.
    for (const { resolve } of pending.values()) resolve();
    pending.clear();
    if (closing) return;
    restarts = Date.now() - startedAtMs > STABLE_MS ? 0 : restarts + 1;
    const delayMs = Math.min(RESTART_MAX_MS, RESTART_MS * 2 ** restarts);
    logger.error('the media engine ended and is being restarted', { delayMs });
    tell(ledger.engineDied(Date.now()));
    restartTimer = setTimeout(() => void start().catch(() => {}), delayMs);
  }

  function receive(message: Exclude<FromEngine, { kind: 'ready' }>): void {
    if (message.kind === 'report') tell(ledger.take(message.report));
    else if (message.kind === 'log') logger[message.level](message.message, message.details);
    else {
      const waiting = pending.get(message.id);
      pending.delete(message.id);
      if (message.error === undefined) waiting?.resolve();
      else waiting?.reject(new Error(message.error));
    }
  }

  function tell(report: EngineReport): void {
    for (const listener of listeners) {
      try {
        listener(report);
      } catch (error) {
        logger.error('a listener of the engine report failed', {
          error: error instanceof Error ? error.message : 'unknown',
        });
      }
    }
  }

  function replay(): void {
    const commands: EngineCommand[] = [
      ...[...desired.flows.values()].map((source): EngineCommand => ({ name: 'startFlow', source })),
      ...[...desired.outputs].map(([flowArn, addresses]): EngineCommand => ({
        name: 'setFlowOutputs',
        flowArn,
        addresses,
      })),
      ...[...desired.callers].map(([flowArn, callers]): EngineCommand => ({ name: 'setFlowCallers', flowArn, callers })),
      ...[...desired.channels.values()].map((run): EngineCommand => ({ name: 'startChannel', run })),
      ...(desired.rehearsed ? [{ name: 'rehearse' as const, faults: desired.rehearsed }] : []),
    ];
    for (const command of commands) {
      sendCommand(command).catch((error: unknown) =>
        logger.error('the media engine refused a command after its restart', {
          command: command.name,
          error: String(error),
        }),
      );
    }
  }

  const ask = (port: number, path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { [ENGINE_SECRET_HEADER]: secret } });

  function sendCommand(command: EngineCommand): Promise<void> {
    if (closing) return Promise.reject(new Error('the media engine is closed'));
    const current = engine;
    if (!current) return Promise.resolve();
    return new Promise((resolve, reject) => {
      commandId += 1;
      pending.set(commandId, { resolve, reject });
      post(current.process, { kind: 'command', id: commandId, command });
    });
  }

  async function shutDown(): Promise<void> {
    clearTimeout(restartTimer);
    const child = engine?.process ?? starting;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    post(child, { kind: 'close' });
    const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
    await gone;
    clearTimeout(timer);
  }

  await start();
  return {
    startFlow(source) {
      desired.flows.set(source.flowArn, source);
      return sendCommand({ name: 'startFlow', source });
    },
    async stopFlow(flowArn) {
      desired.flows.delete(flowArn);
      await sendCommand({ name: 'stopFlow', flowArn });
      ledger.forgetFlow(flowArn);
    },
    setFlowOutputs(flowArn, addresses) {
      if (addresses.length > 0) desired.outputs.set(flowArn, addresses);
      else desired.outputs.delete(flowArn);
      return sendCommand({ name: 'setFlowOutputs', flowArn, addresses });
    },
    async setFlowCallers(flowArn, callers) {
      if (callers.length > 0) desired.callers.set(flowArn, callers);
      else desired.callers.delete(flowArn);
      await sendCommand({ name: 'setFlowCallers', flowArn, callers });
      ledger.keepCallers(new Set([...desired.callers.values()].flat().map(({ outputArn }) => outputArn)));
    },
    async startChannel(run) {
      const before = desired.channels.get(run.channelId);
      desired.channels.set(run.channelId, run);
      try {
        await sendCommand({ name: 'startChannel', run });
      } catch (error) {
        if (before) desired.channels.set(run.channelId, before);
        else desired.channels.delete(run.channelId);
        throw error;
      }
    },
    async stopChannel(channelId) {
      desired.channels.delete(channelId);
      await sendCommand({ name: 'stopChannel', channelId });
      ledger.forgetChannel(channelId);
    },
    rehearse(faults) {
      desired.rehearsed = faults;
      return sendCommand({ name: 'rehearse', faults });
    },
    onReport(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    report: () => ledger.newest(),
    async fetchPackage(packageChannelId, path) {
      if (!engine) return new Response('the media engine is being restarted', { status: 503 });
      try {
        return await ask(engine.port, `/packages/${encodeURIComponent(packageChannelId)}/${path}`);
      } catch {
        return new Response('the media engine does not answer', { status: 503 });
      }
    },
    async fetchSourcePicture(flowArn) {
      if (!engine) return null;
      try {
        const answer = await ask(engine.port, `/pictures/${encodeURIComponent(flowArn)}`);
        if (!answer.ok) return null;
        return { jpeg: await answer.bytes(), takenAtMs: Number(answer.headers.get(TAKEN_AT_HEADER)) };
      } catch {
        return null;
      }
    },
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

function post(child: ChildProcess, message: ToEngine): void {
  if (child.connected) child.send(message, () => {});
}

function pickEnvironment(): Record<string, string> {
  const environment: Record<string, string> = { MALLOC_ARENA_MAX: '2' };
  for (const name of ENVIRONMENT_NAMES) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
