import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { KeyVerdict } from '../../infra/local/rtmp-receiver/serve-session.ts';
import type { SessionFacts } from '../../infra/local/rtmp-receiver/session-facts.ts';

/** A platform in a separate process, so that a test can freeze or kill it. */
export interface PlatformProcess {
  sessions(): Promise<SessionFacts[]>;
  /** Suspends the process: the kernel still accepts data into its buffers, but the process reads nothing. */
  freeze(): void;
  thaw(): void;
  /** Kills the process without a shutdown. */
  kill(): Promise<void>;
}

/** Starts a platform. @param verdict its verdict on every stream key */
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
