/** Runs the engine process: starts it, starts it again when it has died, and ends it. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { pickEnvironment } from '../host/child-environment.ts';
import { engineArguments } from './engine-arguments.ts';
import type { EngineLogger } from './engine-logger.ts';
import type { FromEngine, ToEngine } from './engine-messages.ts';

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

export interface EngineSupervisor {
  /**
   * Starts the process. Resolves when it accepts commands.
   * @throws {Error} when the process ends before it is ready
   */
  start(): Promise<void>;
  /** Returns the port of the engine's HTTP server; null while no engine is ready. */
  port(): number | null;
  /** Sends a message to the ready engine. */
  post(message: ToEngine): void;
  isClosing(): boolean;
  /** Ends the process for good and waits for its end. */
  close(): Promise<void>;
}

export interface EngineSupervisorOptions {
  /** The first message to each process. */
  opening: Extract<ToEngine, { kind: 'open' }>;
  logger: EngineLogger;
  /** Called when a process accepts commands. */
  onReady(): void;
  onMessage(message: Exclude<FromEngine, { kind: 'ready' }>): void;
  /** The process has ended. */
  onEnded(end: { isRestarted: boolean }): void;
}

/** Creates the supervisor of a process that is not started yet. */
export function createEngineSupervisor(options: EngineSupervisorOptions): EngineSupervisor {
  const { logger } = options;
  let engine: { process: ChildProcess; port: number } | null = null;
  let starting: ChildProcess | null = null;
  let restarts = 0;
  let restartTimer: NodeJS.Timeout | undefined;
  let closing: Promise<void> | null = null;

  function start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const startedAtMs = Date.now();
      const child = forkEngine(logger);
      let ended = false;
      starting = child;
      child.on('message', (message: FromEngine) => {
        if (message.kind !== 'ready') return options.onMessage(message);
        starting = null;
        engine = { process: child, port: message.port };
        options.onReady();
        resolve();
      });
      const end = () => {
        if (ended) return;
        ended = true;
        if (starting === child) starting = null;
        reject(new Error('the media engine ended before it was ready'));
        restart(Date.now() - startedAtMs);
      };
      child.on('exit', end);
      child.on('error', end);
      post(child, options.opening);
    });
  }

  function restart(lastedMs: number): void {
    engine = null;
    if (closing) return options.onEnded({ isRestarted: false });
    restarts = lastedMs > STABLE_MS ? 0 : restarts + 1;
    const delayMs = Math.min(RESTART_MAX_MS, RESTART_MS * 2 ** restarts);
    logger.error('the media engine ended and is being restarted', { delayMs });
    options.onEnded({ isRestarted: true });
    restartTimer = setTimeout(() => void start().catch(() => {}), delayMs);
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

  return {
    start,
    port: () => engine?.port ?? null,
    post(message) {
      if (engine) post(engine.process, message);
    },
    isClosing: () => closing !== null,
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

function forkEngine(logger: EngineLogger): ChildProcess {
  const child = fork(ENGINE_PROCESS, [], {
    execArgv: engineArguments(process.execArgv),
    env: pickEnvironment(ENVIRONMENT_NAMES),
    detached: true,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr?.on('data', (chunk: Buffer) =>
    logger.error('the media engine said', { output: chunk.toString('utf8').slice(0, 2_000) }),
  );
  return child;
}

function post(child: ChildProcess, message: ToEngine): void {
  if (child.connected) child.send(message, () => {});
}
