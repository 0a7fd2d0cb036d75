/**
 * Preloaded into the program the bootstrap starts: when the bootstrap is gone without having said so (killed outright,
 * out of memory), the program gets the signal it would have got from it. Programs it starts in turn inherit the
 * preload; they see another parent and leave themselves alone.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.channel && process.env.STAY_WITH_PARENT === String(process.ppid)) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
  delete process.env.STAY_WITH_PARENT;
}
