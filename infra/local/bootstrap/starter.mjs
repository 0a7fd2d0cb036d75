/**
 * Notices that the npm which started us is gone. npm passes no signal on to a script's program: ended by a service
 * manager, it would leave the product running with its ports.
 */
import { readFileSync } from 'node:fs';

const CHECKED_EVERY_MS = 500;

/** Those between us and npm, npm included, as they were when we began: each process with its parent. */
const CHAIN = process.env.npm_lifecycle_event ? findChain() : [];

/**
 * Calls back once when npm, or the shell it runs scripts in, is gone. Never when something other than npm started us: a
 * shell may end and leave its programs running on purpose.
 * @returns stops watching
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

/** npm runs `sh -c "node …"`; some shells replace themselves by the program, and then npm is our parent. */
function isShell(pid) {
  return readProcess(pid, 'cmdline')?.split('\0')[1] === '-c';
}

/** Null for a process that is gone, and for any but ours where the system has no /proc. */
function parentOf(pid) {
  if (pid === process.pid) return process.ppid;
  const stat = readProcess(pid, 'stat');
  // The name may hold spaces and parentheses: the fields begin after the last one.
  return stat === null ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function readProcess(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}
