/**
 * Preloaded into the program that the bootstrap starts. If the bootstrap disappears without a signal (killed, out of
 * memory), the program gets the signal it would have sent. Programs started by this one inherit the preload, but have
 * another parent and are not affected.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.channel && process.env.STAY_WITH_PARENT === String(process.ppid)) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
  delete process.env.STAY_WITH_PARENT;
}
