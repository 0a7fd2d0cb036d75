/**
 * Runs one child program so that it can be neither lost nor interrupted twice. The child gets a process group of its
 * own: a Ctrl-C in the terminal would otherwise reach it directly, through us and through npm, and look like three.
 * When the child is gone, what is left of its group is ended too; when we are killed outright, the child notices
 * (`stay-with-parent.mjs`); when the npm before us is gone, we do (`starter.mjs`).
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { whenStarterIsGone } from './starter.mjs';

/** npm hands on the signal that the terminal has sent us already; those two are one. */
const SAME_SIGNAL_MS = 500;

/**
 * Starts a program, hands signals on, and waits for its end.
 * @param options.output `inherit` shows it, `collect` gives it back
 * @param options.asks it reads answers from the terminal, which only our own process group may
 * @returns its exit code (128 + signal number when a signal ended it) and what was collected
 */
export function runProgram(command, args, options = {}) {
  const { cwd, env, output = 'inherit', asks = false } = options;
  const sink = output === 'collect' ? 'pipe' : 'inherit';
  return new Promise((resolve) => {
    const stdio = [asks ? 'inherit' : 'ignore', sink, sink, 'ipc'];
    const child = spawn(command, args, { cwd, env, stdio, detached: !asks });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    const stopForwarding = forwardSignals(child);
    const settle = (code) => {
      stopForwarding();
      endGroup(child.pid);
      resolve({ code, output: Buffer.concat(chunks).toString() });
    };
    child.once('error', (error) => {
      chunks.push(Buffer.from(`${command} could not be started: ${error.message}\n`));
      if (output === 'inherit') process.stderr.write(chunks[chunks.length - 1]);
      settle(127);
    });
    // 'close' waits for the pipes as well, which a grandchild may hold open for ever; 'exit' does not.
    child.once(output === 'collect' ? 'close' : 'exit', (code, signal) =>
      settle(code ?? 128 + (constants.signals[signal] ?? 0)),
    );
  });
}

function forwardSignals(child) {
  let lastAtMs = -Infinity;
  let interrupts = 0;
  const hand = (signal) => {
    const nowMs = Date.now();
    if (nowMs - lastAtMs < SAME_SIGNAL_MS) return;
    lastAtMs = nowMs;
    interrupts += 1;
    // The third time somebody really means it.
    if (interrupts >= 3) signalGroup(child.pid, 'SIGKILL');
    else child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, hand);
  const stopWatching = whenStarterIsGone(() => hand('SIGTERM'));
  return () => {
    stopWatching();
    for (const signal of signals) process.off(signal, hand);
  };
}

/** Ends what a dead child left in its process group. */
function endGroup(pid) {
  if (pid !== undefined) signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}
