/** Runs the process of the public side: starts it, starts it again when it has ended, and ends it. */
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AudienceLogger } from '../../../functions/audience/audience-deps.ts';
import { createPublicLoadLog, type PublicLoad } from '../../../functions/domain/public-load.ts';
import { pickEnvironment } from '../host/child-environment.ts';
import type { AudienceOpening, FromAudience, ToAudience } from './audience-messages.ts';

const AUDIENCE_PROCESS = fileURLToPath(new URL('./audience-process.ts', import.meta.url));
const RESTART_MS = 250;
const RESTART_MAX_MS = 30_000;
/** A process that ran for this long is restarted soon. */
const STABLE_MS = 10_000;
const CLOSE_MS = 5_000;
const PING_MS = 15_000;
/** A process that leaves so many pings unanswered hangs. Counted, because a machine that slept has missed only one. */
const UNANSWERED_MAX = 4;
/**
 * Limits of the heap, so that a flood ends this process before it takes the machine's memory. Segments of the live stream
 * are kept outside the heap, with a limit of their own.
 */
const HEAP = ['--max-old-space-size=256', '--max-semi-space-size=8'];
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** What it may read besides the pages' files: its code, and the kernel's list of connections, to name local users. */
const READABLE = ['functions', 'infra', 'package.json', 'node_modules'].map((name) => join(ROOT, name));
const CONNECTIONS = ['/proc/net/tcp', '/proc/net/tcp6'];
/** The only environment variables passed on; above all, no token and no passphrase. */
const ENVIRONMENT_NAMES = ['PATH', 'HOME', 'TMPDIR', 'SystemRoot'];

export interface AudienceSupervisor {
  /** Resolves when the first process serves pages, or has failed to. */
  settled: Promise<void>;
  /** Why there are no public pages now, and what to do; null while they are served. */
  problem(): string | null;
  /** What they do now; null while that is not known. */
  load(): PublicLoad | null;
  /** Replaces the process by one that runs the code as it is now on the disk. */
  restart(): void;
  /** Ends the process for good and waits for its end. */
  close(): Promise<void>;
}

export interface AudienceSupervisorOptions {
  opening: AudienceOpening;
  logger: AudienceLogger & { info(message: string): void };
  /** Replaced in tests. */
  program?: string;
  /** Replaced in tests. */
  pingMs?: number;
}

/** Starts the first process. What it says goes to the log. */
export function startAudienceSupervisor(options: AudienceSupervisorOptions): AudienceSupervisor {
  const { opening, logger, pingMs = PING_MS, program = AUDIENCE_PROCESS } = options;
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
  const load = createPublicLoadLog(pingMs);
  let current: ChildProcess | null = null;
  let problem: string | null = 'they are starting';
  let failures = 0;
  let isReplaced = false;
  let restartTimer: NodeJS.Timeout | undefined;
  let closing: Promise<void> | null = null;

  function start(): void {
    const startedAtMs = performance.now();
    const child = forkAudience(program, options);
    let refusal: string | null = null;
    let hasEnded = false;
    let unanswered = 0;
    current = child;
    load.restart();
    let pings: NodeJS.Timeout | undefined;
    const ping = () => {
      if (unanswered >= UNANSWERED_MAX) {
        refusal = 'their process did not answer any more; it is restarted by itself';
        child.kill('SIGKILL');
      }
      unanswered += 1;
      post(child, { kind: 'ping' });
    };
    child.on('message', (message: FromAudience) => {
      unanswered = 0;
      if (message.kind === 'pong') return load.take(message.load, new Date());
      if (message.kind === 'log') return logger.error(message.message, message.details);
      if (message.kind === 'refused') return void (refusal = message.reason);
      if (problem !== null && failures > 0) logger.info('the public pages are served again');
      problem = null;
      pings ??= setInterval(ping, pingMs);
      settle();
    });
    const end = () => {
      if (hasEnded) return;
      hasEnded = true;
      clearInterval(pings);
      current = null;
      settle();
      if (!closing) scheduleNext(performance.now() - startedAtMs, refusal ?? endedBecause(child));
    };
    child.on('exit', end);
    child.on('error', end);
    post(child, { kind: 'open', ...opening });
  }

  function scheduleNext(lastedMs: number, reason: string): void {
    if (isReplaced) {
      isReplaced = false;
      return start();
    }
    failures = lastedMs > STABLE_MS ? 1 : failures + 1;
    const delayMs = Math.min(RESTART_MAX_MS, RESTART_MS * 2 ** (failures - 1));
    // A port that stays taken is one message, not one each half minute.
    if (problem !== reason) logger.error('the public pages are not served', { reason });
    problem = reason;
    restartTimer = setTimeout(start, delayMs);
  }

  async function shutDown(): Promise<void> {
    clearTimeout(restartTimer);
    if (current) await endProcess(current);
  }

  start();
  return {
    settled,
    problem: () => problem,
    load: () => (problem === null ? load.read(new Date()) : null),
    restart() {
      if (closing) return;
      clearTimeout(restartTimer);
      if (!current) return start();
      isReplaced = true;
      void endProcess(current);
    },
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  post(child, { kind: 'close' });
  const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
  await gone;
  clearTimeout(timer);
}

function forkAudience(program: string, { opening, logger }: AudienceSupervisorOptions): ChildProcess {
  const child = fork(program, [], {
    execArgv: [...HEAP, ...permissions([program, opening.dashboardDirectory ?? program])],
    env: pickEnvironment(ENVIRONMENT_NAMES),
    // Ctrl-C in a terminal reaches the whole group; the parent ends this process in its own time.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  if (child.pid !== undefined) yieldToOthers(child.pid);
  child.stderr?.on('data', (chunk: Buffer) =>
    logger.error('the process of the public pages said', { output: chunk.toString('utf8').slice(0, 2_000) }),
  );
  return child;
}

/**
 * Lowers the priority of the process. To Linux's scheduler a detached process is a separate group, and each group gets
 * the same share whatever the priorities within; so the group's own priority counts as well.
 * @see sched(7), The autogroup feature
 */
function yieldToOthers(pid: number): void {
  const priority = constants.priority.PRIORITY_LOW;
  try {
    setPriority(pid, priority);
    writeFileSync(`/proc/${pid}/autogroup`, String(priority));
  } catch {
    // It has ended, or this system has no such groups. The limits of the public side hold regardless.
  }
}

/**
 * Node's own permissions: the process reads only these files, writes none and starts no process. The data directory, with
 * its keys, is out of its reach.
 */
function permissions(besides: readonly string[]): string[] {
  const paths = [...READABLE, ...besides].filter((path) => existsSync(path));
  // Modules are loaded by their real path, whatever links lead there.
  const real = new Set([...paths, ...paths.map((path) => realpathSync(path)), ...CONNECTIONS]);
  return ['--permission', ...[...real].map((path) => `--allow-fs-read=${path}`)];
}

function endedBecause({ exitCode, signalCode }: ChildProcess): string {
  const end = signalCode ? `was ended by ${signalCode}` : `ended with code ${exitCode ?? 'unknown'}`;
  return `their process ${end}; it is restarted by itself`;
}

function post(child: ChildProcess, message: ToAudience): void {
  if (child.connected) child.send(message, () => {});
}
