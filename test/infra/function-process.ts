import { Worker } from 'node:worker_threads';
import type { RecordedCall } from './recorded-call.ts';

/** A Lambda function that runs in a separate thread; see function-worker.ts. */
export interface FunctionProcess {
  /** @throws an error with the name and message that the function failed with */
  invoke(event: unknown): Promise<any>;
  /** Everything the function printed. */
  output(): string;
  close(): Promise<void>;
}

interface FunctionProcessOptions {
  name: string;
  /** Path of the entry point from the root of the repository. */
  entry: string;
  /** The complete environment of the function. */
  environment: Record<string, string>;
  /** The keys that the user pool publishes. The function can reach nothing else on the internet. */
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

/** Starts a function. @throws what its entry point throws on load, for example for a missing variable */
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
