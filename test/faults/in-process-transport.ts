import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import type { AwsClients } from '../../functions/aws/clients.ts';
import { SIGNING_NAMES, toLocalRequest, type SdkRequest } from '../../infra/local/endpoints/in-process-clients.ts';
import type { LocalService } from '../../infra/local/endpoints/wire/local-service.ts';

/**
 * Connects the SDK's clients to the local endpoints without sockets. The SDK's serialized request goes to the endpoint
 * of its signing name, and the endpoint's answer goes through the SDK's parser. Network faults are injected here.
 */

/** One run of a Lambda function: the process that makes the calls and that may die. */
export interface Invocation {
  /** What ran: a step of a state machine, `sweep`, or `api`. */
  step: string;
  destinationId: string | null;
  generation: number | null;
  /** The execution whose step it is; null outside the state machines. */
  executionArn: string | null;
  /** Start in virtual time. */
  beganMs: number;
  /** Calls made so far. */
  calls: number;
  /** Ends the process: it does nothing more and receives no answer. */
  kill(): void;
  isDead: boolean;
  /** Marked to die at its next call, or at its end. */
  diesAtNextCall: boolean;
}

/** A call as it leaves the client. */
export interface WireCall {
  invocation: Invocation | null;
  service: string;
  operation: string;
  /** Position among the calls of its invocation, from 0. */
  position: number;
  /** The parsed request body; empty for none. Holds secrets, so never put it into the event log. */
  body: Record<string, unknown>;
  path: string;
  /** Takes effect after its sender has given up, which no one can prevent. */
  isLate?: boolean;
  /** Set on delivery: whether a media resource changed. A repeated create changes nothing. */
  hasChanged?: boolean;
}

/** An answer as it arrives at the client. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Carries a call. `deliver` hands it to the endpoint, once. Throwing means that the connection broke. */
export type Carry = (call: WireCall, deliver: () => Promise<WireAnswer>) => Promise<WireAnswer>;

const OPERATION_HEADER = 'x-simulated-operation';

/**
 * Parts of the SDK that change nothing here and take a tenth of a call: nothing is logged, no server reads the agent.
 */
const NEEDLESS_MIDDLEWARE = ['loggerMiddleware', 'getUserAgentMiddleware', 'recursionDetectionMiddleware'];

/** The process that makes the current calls. */
export const currentInvocation = new AsyncLocalStorage<Invocation>();

/** Points the clients at the services of a world. */
export type Connect = (services: LocalService[], carry: Carry) => void;

/**
 * Makes all clients call services in this process instead of a network; no services until they are connected. The
 * clients do not sign: the service is known without a signature, which takes as long as the rest of the call.
 */
export function connectInProcess(clients: AwsClients): Connect {
  let line: { byName: Map<string, LocalService>; carry: Carry } | null = null;
  for (const [name, client] of Object.entries(clients) as [keyof AwsClients, AnyClient][]) {
    const signingName = SIGNING_NAMES[name];
    for (const middleware of NEEDLESS_MIDDLEWARE) client.middlewareStack.remove(middleware);
    client.config.signer = async () => ({ sign: async (request: SdkRequest) => request });
    client.config.requestHandler = {
      handle: (request: SdkRequest) => handle(line, signingName, request),
      destroy() {},
      metadata: { handlerProtocol: 'http/1.1' },
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
    };
    client.middlewareStack.add(
      (next, context) => (given) => {
        given.request.headers[OPERATION_HEADER] = context.commandName?.replace(/Command$/, '') ?? 'unknown';
        return next(given);
      },
      { step: 'build', name: 'nameOperation' },
    );
  }
  return (services, carry) => {
    line = { byName: new Map(services.map((service) => [service.signingName, service])), carry };
  };
}

async function handle(
  line: { byName: Map<string, LocalService>; carry: Carry } | null,
  signingName: string,
  request: SdkRequest,
) {
  const { [OPERATION_HEADER]: operation = 'unknown', ...headers } = request.headers;
  const service = line?.byName.get(signingName);
  if (!line || !service) throw new Error(`no local service for ${operation}`);
  const invocation = currentInvocation.getStore() ?? null;
  if (invocation?.diesAtNextCall) invocation.kill();
  if (invocation?.isDead) return never();
  const text = /json/.test(headers['content-type'] ?? '') ? toText(request.body) : '';
  const call: WireCall = {
    invocation,
    service: signingName,
    operation,
    position: invocation ? invocation.calls++ : 0,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    path: request.path,
  };
  const answer = await line.carry(call, () => deliver(service, request, headers, call));
  // A process that died while waiting receives no answer.
  if (invocation?.isDead) return never();
  return {
    response: { statusCode: answer.status, headers: answer.headers, body: Readable.from([Buffer.from(answer.body)]) },
  };
}

/** The members that all clients share. */
interface AnyClient {
  config: { requestHandler: unknown; signer: unknown };
  middlewareStack: {
    add(
      middleware: (
        next: (given: { request: SdkRequest }) => unknown,
        context: { commandName?: string },
      ) => (given: { request: SdkRequest }) => unknown,
      options: { step: 'build'; name: string },
    ): void;
    remove(name: string): boolean;
  };
}

async function deliver(
  service: LocalService,
  request: SdkRequest,
  headers: Record<string, string>,
  call: WireCall,
): Promise<WireAnswer> {
  // Serialized from the parsed body, so that the carrier may change it. Other bodies, such as images, stay as they are.
  const body = Object.keys(call.body).length > 0 ? JSON.stringify(call.body) : request.body;
  const response = await service.handle(toLocalRequest({ ...request, headers }, body));
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

const decoder = new TextDecoder();

function toText(body: unknown): string {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return decoder.decode(body);
  throw new Error('a streamed request body is not supported by the simulation');
}

function never(): Promise<never> {
  return new Promise(() => {});
}
