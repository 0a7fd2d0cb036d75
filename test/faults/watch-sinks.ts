import type { WireAnswer, WireCall } from './in-process-transport.ts';
import { makeKeySearch } from './secrets.ts';
import { Violation } from './violation.ts';
import type { Item, Watcher } from './watching.ts';
import type { World } from './world.ts';

/**
 * Watches I8 and the sizes of I12 in everything that is stored or shown. Stream keys may reach only KMS and MediaLive,
 * and passphrases KMS and Secrets Manager. Everything that KMS was requested to encrypt is a key.
 */

const EXECUTION_INPUT_BYTES_MAX = 500;
const PAYLOAD_BYTES_MAX = 20_000;
const ROW_BYTES_MAX = 20_000;
/** Step Functions allows 25,000; one page of them is plenty. */
const HISTORY_EVENTS_MAX = 999;

export interface SinkWatch extends Watcher {
  /** Checks the logs. @throws {Violation} */
  checkAtRest(): void;
  /** Checks the execution histories in Step Functions. @throws {Violation} */
  checkHistories(): Promise<void>;
}

/** Watches all sinks. @param canaries keys that were encrypted before */
export function watchSinks(world: World, canaries: readonly string[]): SinkWatch {
  const keys = makeKeySearch(canaries);

  function require(where: string, text: string): void {
    const found = keys.find(text);
    if (found) throw new Violation('I8 secrecy', `a stream key in ${where}, ${found}`);
  }

  function requireSize(what: string, bytes: number, max: number): void {
    if (bytes > max) throw new Violation('I12 bounded', `${what} has ${bytes} bytes; ${max} are allowed`);
  }

  function delivered({ service, operation, body, path }: WireCall, answer: WireAnswer): void {
    if (service === 'kms' && operation === 'Encrypt' && typeof body['Plaintext'] === 'string') {
      keys.add(Buffer.from(body['Plaintext'], 'base64').toString());
    }
    if (service === 'medialive' || service === 'kms') return;
    if (operation === 'CreateSecret' || operation === 'PutSecretValue') return require(operation, answer.body);
    require(`${service}.${operation}`, `${path}\n${JSON.stringify(body)}\n${answer.body}`);
    const { input } = body as { input?: string };
    if (operation === 'StartExecution')
      requireSize('an execution’s input', Buffer.byteLength(input ?? ''), EXECUTION_INPUT_BYTES_MAX);
  }

  return {
    delivered,
    said(where, text) {
      require(where, text);
      if (where.includes('put of ')) requireSize(where, Buffer.byteLength(text), PAYLOAD_BYTES_MAX);
    },
    wrote(key: string, _before: Item | null, after: Item | null) {
      if (!after) return;
      const text = JSON.stringify(after);
      require(`the row ${key}`, text);
      requireSize(`the row ${key}`, text.length, ROW_BYTES_MAX);
    },
    checkAtRest() {
      require('the log', world.logLines.join('\n'));
      require('the event log', world.events.join('\n'));
    },
    async checkHistories() {
      for (const { machine, name } of world.executions()) {
        const text = await readHistory(world, `arn:aws:states:us-east-1:000000000000:execution:${machine}:${name}`);
        require(`the history of ${name}`, text);
        const { events } = JSON.parse(text) as { events: unknown[] };
        if (events.length > HISTORY_EVENTS_MAX) {
          throw new Violation('I12 bounded', `the history of ${name} has ${events.length} events or more`);
        }
      }
    },
  };
}

/** Reads from the endpoint directly, so that no fault can meet the watcher's call. */
async function readHistory(world: World, executionArn: string): Promise<string> {
  const headers: Record<string, string> = {
    'x-amz-target': 'AWSStepFunctions.GetExecutionHistory',
    'content-type': 'application/x-amz-json-1.0',
  };
  const response = await world.stepFunctions.handle({
    method: 'POST',
    url: 'http://aws.simulated/',
    headers: { get: (name: string) => headers[name.toLowerCase()] ?? null },
    text: async () => JSON.stringify({ executionArn, maxResults: 1_000 }),
  } as unknown as Request);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`no history of ${executionArn}: ${text}`);
  return text;
}
