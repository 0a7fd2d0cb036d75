import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import type { AwsClients } from '../../functions/aws/clients.ts';
import type { LocalService } from '../../infra/local/service.ts';

/**
 * The way from the SDK's clients to the local endpoints without sockets. The SDK's own request, signed and serialised,
 * is handed to the endpoint of its signing name, and the endpoint's answer goes back through the SDK's own parser. What
 * a network can do to a call is done here.
 */

/** One run of a Lambda function: the process that makes the calls, and that may die. */
export interface Invocation {
  /** What ran: the step of a state machine, or `sweep`, or `api`. */
  step: string;
  destinationId: string | null;
  generation: number | null;
  /** When it began, in virtual time. */
  beganMs: number;
  /** Calls made so far. */
  calls: number;
  /** Ends the process: nothing it is doing goes on, and no answer reaches it. */
  kill(): void;
  isDead: boolean;
  /** It has been told to die, and will once it wants to make a call or is done. */
  diesAtNextCall: boolean;
}

/** One call as it leaves the client. */
export interface WireCall {
  invocation: Invocation | null;
  service: string;
  operation: string;
  /** Position among the calls of its invocation, from 0. */
  position: number;
  /** The request's body, parsed; empty for none. Holds secrets: never into the event log. */
  body: Record<string, unknown>;
  path: string;
  /** It takes effect when its sender has long given up, which nobody can prevent. */
  isLate?: boolean;
  /** Set once it is delivered: whether a media resource is another since. A repeated create changes nothing. */
  hasChanged?: boolean;
}

/** An answer as it arrives at the client. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * What happens to a call on its way. `deliver` hands it to the endpoint (once); throwing means that the connection broke.
 */
export type Carry = (call: WireCall, deliver: () => Promise<WireAnswer>) => Promise<WireAnswer>;

const OPERATION_HEADER = 'x-simulated-operation';

/** Who makes the calls that are made now. */
export const currentInvocation = new AsyncLocalStorage<Invocation>();

interface SdkRequest {
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

/** Points the clients at the services of a world. */
export type Connect = (services: LocalService[], carry: Carry) => void;

/**
 * Makes all clients talk to services in this process instead of a network: none, until they are connected. They do not
 * sign: which service a request is for is known without it, and a signature takes as long as all the rest.
 */
export function connectInProcess(clients: AwsClients): Connect {
  let line: { byName: Map<string, LocalService>; carry: Carry } | null = null;
  for (const [name, client] of Object.entries(clients) as [keyof AwsClients, AnyClient][]) {
    const signingName = SIGNING_NAMES[name];
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

const SIGNING_NAMES: Record<keyof AwsClients, string> = {
  cloudWatch: 'monitoring',
  cloudWatchLogs: 'logs',
  kms: 'kms',
  mediaConnect: 'mediaconnect',
  mediaLive: 'medialive',
  mediaPackage: 'mediapackage',
  s3: 's3',
  sfn: 'states',
  table: 'dynamodb',
};

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
  // A process that died while it was waiting gets no answer.
  if (invocation?.isDead) return never();
  return {
    response: { statusCode: answer.status, headers: answer.headers, body: Readable.from([Buffer.from(answer.body)]) },
  };
}

/** The members all clients share, whatever their service. */
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
  };
}

async function deliver(
  service: LocalService,
  request: SdkRequest,
  headers: Record<string, string>,
  call: WireCall,
): Promise<WireAnswer> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) if (item !== null) query.append(name, item);
  }
  // The parsed body, so that whoever carries the call may change it.
  const body = Object.keys(call.body).length > 0 ? JSON.stringify(call.body) : toText(request.body);
  // The members of a Request the endpoints read; making real ones costs more than the endpoints do.
  const response = await service.handle({
    method: request.method,
    url: `http://aws.simulated${request.path}${query.size > 0 ? `?${query.toString()}` : ''}`,
    headers: new Headers(headers),
    text: async () => body,
    arrayBuffer: async () => Buffer.from(body),
  } as unknown as Request);
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
