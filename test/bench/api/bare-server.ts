import { fork } from 'node:child_process';
import { join } from 'node:path';
import { endProcess, nextMessage, owe, watch } from '../child-processes.ts';

/** A Hono server in its own process that answers with stored bytes and does nothing else. */
export interface BareServer {
  origin: string;
  processId: number;
  /** Makes it answer a path (with its query) with these bytes. */
  store(path: string, body: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it on a free port of loopback. */
export async function startBareServer(): Promise<BareServer> {
  const child = watch(fork(join(import.meta.dirname, 'bare-server-process.ts')));
  const { port } = await nextMessage<{ port: number }>(child, (message) => 'port' in message);
  const stop = owe(() => endProcess(child, () => child.disconnect()));
  return {
    origin: `http://127.0.0.1:${port}`,
    processId: child.pid!,
    async store(path, body) {
      const stored = nextMessage<{ stored: string }>(child, (message) => message.stored === path);
      child.send({ path, body });
      await stored;
    },
    stop,
  };
}
