import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { KeyVerdict } from '../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import type { SessionFacts } from '../../infra/local/rtmp-receiver/session-facts.ts';

/** A platform in a process of its own, so that it can be frozen and killed as a whole. */
export interface PlatformProcess {
  sessions(): Promise<SessionFacts[]>;
  /** Stops the process in its tracks: the kernel goes on to take what fits into its buffers, and nobody reads it. */
  freeze(): void;
  thaw(): void;
  /** Ends it without a word to anybody. */
  kill(): Promise<void>;
}

/** Starts one. @param verdict what it does with every stream key */
export async function startPlatformProcess(port: number, verdict: KeyVerdict = 'accept'): Promise<PlatformProcess> {
  const child = fork(new URL('./platform-process-main.ts', import.meta.url), [String(port), verdict], {
    serialization: 'advanced',
  });
  await once(child, 'message');
  return {
    async sessions() {
      const answer = once(child, 'message');
      child.send('sessions');
      const [sessions] = (await answer) as [SessionFacts[]];
      return sessions;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
