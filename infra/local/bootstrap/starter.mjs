/**
 * Detects that the npm which started this process is gone. npm passes no signal on to a script's program, so a service
 * manager that ends npm would leave the product running with its ports.
 */
import { readFileSync } from 'node:fs';

const CHECKED_EVERY_MS = 500;

/** The processes from this one up to npm, with their parents at the start. */
const CHAIN = process.env.npm_lifecycle_event ? findChain() : [];

/**
 * Calls back once when npm, or the shell in which it runs scripts, is gone. Never calls back if another program started
 * this process: a shell may end and leave its programs running on purpose.
 * @returns a function that stops watching
 */
export function whenStarterIsGone(callback) {
  const timer = setInterval(() => {
    if (CHAIN.every(({ pid, parent }) => parentOf(pid) === parent)) return;
    clearInterval(timer);
    callback();
  }, CHECKED_EVERY_MS).unref();
  return () => clearInterval(timer);
}

function findChain() {
  const chain = [{ pid: process.pid, parent: process.ppid }];
  const shell = isShell(process.ppid) ? parentOf(process.ppid) : null;
  if (shell !== null) chain.push({ pid: process.ppid, parent: shell });
  return chain;
}

/**
 * Recognises the shell of npm's `sh -c "node …"`. Some shells replace themselves with the program; then npm is the
 * parent.
 */
function isShell(pid) {
  return readProcess(pid, 'cmdline')?.split('\0')[1] === '-c';
}

/** Returns the parent of a process; null if it is gone, or if it is not this one and the system has no /proc. */
function parentOf(pid) {
  if (pid === process.pid) return process.ppid;
  const stat = readProcess(pid, 'stat');
  // The name may contain spaces and parentheses; the fields begin after the last one.
  return stat === null ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function readProcess(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}
