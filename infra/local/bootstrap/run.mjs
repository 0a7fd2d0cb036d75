/**
 * Runs a child program so that it is neither orphaned nor interrupted twice. The child has its own process group,
 * because a Ctrl-C in the terminal would otherwise reach it three times: directly, through this process and through
 * npm. When the child has exited, the rest of its group is killed. If this process is killed, the child notices
 * (`stay-with-parent.mjs`); if the npm above is gone, this process notices (`starter.mjs`).
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { whenStarterIsGone } from './starter.mjs';

/** npm passes on the signal that the terminal has already sent to this process; both count as one. */
const SAME_SIGNAL_MS = 500;

/**
 * Starts a program, passes signals on, and waits for its end.
 * @param options.output `inherit` shows the output, `collect` returns it
 * @param options.asks whether it reads answers from the terminal, which only this process group may do
 * @returns its exit code (128 + signal number if a signal ended it) and the collected output
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
    // 'close' also waits for the pipes, which a grandchild may keep open forever; 'exit' does not.
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
    // The third interrupt kills.
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

/** Kills the processes that a dead child left in its process group. */
function endGroup(pid) {
  if (pid !== undefined) signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is empty.
  }
}
