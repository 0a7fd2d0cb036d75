import { Worker } from 'node:worker_threads';
import type { RecordedCall } from './recorded-call.ts';

/** A Lambda function that runs in a thread of its own; see function-worker.ts. */
export interface FunctionProcess {
  /** @throws an error with the name and text the function failed with */
  invoke(event: unknown): Promise<any>;
  /** All it has printed. */
  output(): string;
  close(): Promise<void>;
}

interface FunctionProcessOptions {
  name: string;
  /** Path of the entry point from the root of the repository. */
  entry: string;
  /** All of its environment. */
  environment: Record<string, string>;
  /** What the user pool publishes, and the only thing on the internet that the function can reach. */
  jwks: object;
  onCall(call: RecordedCall): void;
}

interface Message {
  ready?: true;
  call?: Omit<RecordedCall, 'function'>;
  id?: number;
  result?: unknown;
  error?: { name: string; message: string };
}

/** Starts one. @throws what its entry point throws while it is loaded, as a missing variable does */
export async function startFunction({
  name,
  entry,
  environment,
  jwks,
  onCall,
}: FunctionProcessOptions): Promise<FunctionProcess> {
  const worker = new Worker(new URL('./function-worker.ts', import.meta.url), {
    env: environment,
    stdout: true,
    stderr: true,
    workerData: { name, jwks, entry: new URL(`../../${entry}`, import.meta.url).href },
  });
  let text = '';
  for (const stream of [worker.stdout, worker.stderr]) stream.on('data', (chunk) => void (text += String(chunk)));
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let count = 0;
  const ready = Promise.withResolvers<void>();
  worker.on('error', (error) => {
    ready.reject(error);
    for (const { reject } of waiting.values()) reject(error);
  });
  worker.on('message', ({ ready: isReady, call, id, result, error }: Message) => {
    if (isReady) ready.resolve();
    if (call) onCall({ function: name, ...call });
    if (id === undefined) return;
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    if (error) reject(Object.assign(new Error(error.message), { name: error.name }));
    else resolve(result);
  });
  await ready.promise;
  return {
    invoke(event) {
      const id = ++count;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(id, answer);
      worker.postMessage({ id, event }, []);
      return answer.promise;
    },
    output: () => text,
    close: async () => void (await worker.terminate()),
  };
}
