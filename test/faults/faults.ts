import type { WireAnswer, WireCall } from './in-process-transport.ts';
import type { World } from './world.ts';

/**
 * A fault that a call can meet: an error that AWS's model declares for the operation, or a failure of the network or of
 * the calling process. Each fault is transient or a refusal: a transient one must not keep a workflow from its goal.
 */
export interface FaultKind {
  name: string;
  /** When it strikes: before any effect, or after an effect that the caller does not learn of. */
  when: 'before the call' | 'after the effect' | 'after the response';
  /** `passes`: a later attempt may succeed, so the workflow must reach its goal. `refuses`: AWS refused. */
  nature: 'passes' | 'refuses';
  /**
   * True if the code classifies another kind in the same way. The quick matrix leaves it out. A server error, for one, is
   * retried by the SDK and then classified as a timeout before the call is.
   */
  isVariant?: boolean;
  /** AWS's name of the error. Absent for faults of the network or the process. */
  error?: string;
  /** Operations it can meet. Default: any. */
  appliesTo?: RegExp;
  /** The only service it can meet. */
  service?: string;
  strike(call: WireCall, deliver: () => Promise<WireAnswer>, world: World): Promise<WireAnswer>;
}

/** The SDK's request timeout; see functions/aws/clients.ts. */
const REQUEST_TIMEOUT_MS = 15_000;

/** More than the first retry waits, less than the second. */
const LATE_BY_MS = 1_500;

/** Longer than the interval between two sweeps. */
const FROZEN_MS = 400_000;

const pause = (world: World, delayMs: number) => new Promise<void>((done) => void world.clock.after(delayMs, done));
const never = () => new Promise<never>(() => {});

function timeoutError(): Error {
  return Object.assign(new Error('Request timed out'), { name: 'TimeoutError' });
}

function resetError(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

/** Faults of the network and of the calling process, which any call can meet. */
const TRANSPORT: FaultKind[] = [
  {
    name: 'timeout before',
    when: 'before the call',
    nature: 'passes',
    async strike(_call, _deliver, world) {
      await pause(world, REQUEST_TIMEOUT_MS);
      throw timeoutError();
    },
  },
  {
    name: 'connection reset',
    when: 'before the call',
    nature: 'passes',
    isVariant: true,
    async strike() {
      throw resetError();
    },
  },
  {
    name: 'timeout after',
    when: 'after the effect',
    nature: 'passes',
    async strike(_call, deliver, world) {
      await deliver();
      await pause(world, REQUEST_TIMEOUT_MS);
      throw timeoutError();
    },
  },
  {
    name: 'response cut',
    when: 'after the effect',
    nature: 'passes',
    async strike(_call, deliver) {
      const answer = await deliver();
      return { ...answer, body: answer.body.slice(0, Math.max(1, answer.body.length >> 1)) };
    },
  },
  {
    name: 'HTML response',
    when: 'after the effect',
    nature: 'passes',
    isVariant: true,
    async strike(_call, deliver) {
      await deliver();
      const body = '<html><head><title>502 Bad Gateway</title></head></html>';
      return { status: 502, headers: { 'content-type': 'text/html' }, body };
    },
  },
  {
    name: 'late effect',
    when: 'after the effect',
    nature: 'passes',
    appliesTo: /^(Create|Delete|Start|Stop|Update|Add|Remove|Put|Post|Publish)/,
    // The request is delayed and takes effect after its sender has given up and retried.
    async strike(call, deliver, world) {
      call.isLate = true;
      await pause(world, REQUEST_TIMEOUT_MS);
      world.callsUnderWay += 1;
      world.clock.after(LATE_BY_MS, () => void deliver().finally(() => (world.callsUnderWay -= 1)));
      throw timeoutError();
    },
  },
  {
    name: 'crash before',
    when: 'before the call',
    nature: 'passes',
    strike(call) {
      call.invocation?.kill();
      return never();
    },
  },
  {
    name: 'crash after',
    when: 'after the effect',
    nature: 'passes',
    async strike(call, deliver) {
      await deliver();
      call.invocation?.kill();
      return never();
    },
  },
  {
    name: 'crash on response',
    when: 'after the response',
    nature: 'passes',
    async strike(call, deliver) {
      const answer = await deliver();
      // The process receives the answer and dies before its next call; see processes.ts.
      if (call.invocation) call.invocation.diesAtNextCall = true;
      return answer;
    },
  },
  {
    name: 'aborted, process continues',
    when: 'before the call',
    nature: 'passes',
    service: 'dynamodb',
    // Freezes before a read or write of the table until the sweep has begun the next generation, then continues.
    async strike(call, deliver, world) {
      await world.abortExecutionOf(call.invocation);
      await pause(world, FROZEN_MS);
      return deliver();
    },
  },
  {
    name: 'execution aborted',
    when: 'after the effect',
    nature: 'passes',
    async strike(call, deliver, world) {
      await deliver();
      call.invocation?.kill();
      await world.abortExecutionOf(call.invocation);
      return never();
    },
  },
];

interface Declared {
  isVariant?: boolean;
  name: string;
  status: number;
  nature: FaultKind['nature'];
  message?: string;
}

const passing = (name: string, status: number, message?: string): Declared => ({
  name,
  status,
  nature: 'passes',
  message,
});
const variant = (error: Declared): Declared => ({ ...error, isVariant: true });
const refusing = (name: string, status: number, message?: string): Declared => ({
  name,
  status,
  nature: 'refuses',
  message,
});

/** Errors by service and by operation, as AWS's models declare them. */
const DECLARED: Record<string, { all: Declared[]; some: Record<string, Declared[]> }> = {
  medialive: {
    all: [
      passing('TooManyRequestsException', 429),
      variant(passing('InternalServerErrorException', 500)),
      variant(passing('BadGatewayException', 502)),
      variant(passing('GatewayTimeoutException', 504)),
      refusing('ForbiddenException', 403),
      variant(refusing('BadRequestException', 400)),
    ],
    some: {
      CreateChannel: [
        passing('ConflictException', 409),
        refusing('UnprocessableEntityException', 422),
        refusing('ForbiddenException', 403, 'the quota of 5 channels is used up'),
      ],
      CreateInput: [refusing('ForbiddenException', 403, 'the quota of 5 push inputs is used up')],
      UpdateChannel: [passing('ConflictException', 409), refusing('UnprocessableEntityException', 422)],
      UpdateChannelClass: [passing('ConflictException', 409), refusing('UnprocessableEntityException', 422)],
      StartChannel: [passing('ConflictException', 409), refusing('NotFoundException', 404)],
      StopChannel: [passing('ConflictException', 409), refusing('NotFoundException', 404)],
      DeleteChannel: [passing('ConflictException', 409), refusing('NotFoundException', 404)],
      DeleteInput: [passing('ConflictException', 409), refusing('NotFoundException', 404)],
    },
  },
  mediaconnect: {
    all: [
      passing('TooManyRequestsException', 429),
      variant(passing('InternalServerErrorException', 500)),
      variant(passing('ServiceUnavailableException', 503)),
      refusing('ForbiddenException', 403),
      variant(refusing('BadRequestException', 400)),
    ],
    some: {
      AddFlowOutputs: [
        refusing('BadRequestException', 400),
        refusing('AddFlowOutputs420Exception', 420),
        refusing('NotFoundException', 404),
      ],
      RemoveFlowOutput: [refusing('NotFoundException', 404)],
    },
  },
  dynamodb: {
    all: [passing('ProvisionedThroughputExceededException', 400), variant(passing('InternalServerError', 500))],
    some: {},
  },
  kms: {
    all: [
      passing('ThrottlingException', 400),
      passing('KMSInternalException', 500),
      refusing('DisabledException', 409),
      refusing('AccessDeniedException', 400),
    ],
    some: {},
  },
  states: { all: [passing('ThrottlingException', 400), passing('ServiceUnavailable', 503)], some: {} },
  monitoring: { all: [passing('ThrottlingException', 400), variant(passing('InternalFailure', 500))], some: {} },
  secretsmanager: {
    all: [
      passing('ThrottlingException', 400),
      passing('InternalServiceError', 500),
      refusing('AccessDeniedException', 400),
      variant(refusing('InvalidParameterException', 400)),
    ],
    some: {
      // The name is blocked while a deleted secret of the same name goes.
      CreateSecret: [passing('InvalidRequestException', 400), refusing('LimitExceededException', 400)],
      PutSecretValue: [passing('InvalidRequestException', 400), refusing('LimitExceededException', 400)],
    },
  },
  // None is final: a permission can be repaired before the attempts end.
  sns: {
    all: [
      passing('ThrottledException', 429),
      passing('InternalErrorException', 500),
      variant(passing('KMSThrottlingException', 400)),
      passing('AuthorizationErrorException', 403),
    ],
    some: {},
  },
  // What web servers answer.
  receiver: {
    all: [passing('500', 500), passing('429', 429), passing('302', 302), variant(passing('401', 401))],
    some: {},
  },
  mediapackage: {
    all: [passing('TooManyRequestsException', 429), passing('InternalServerErrorException', 500)],
    some: {
      ListOriginEndpoints: [refusing('ForbiddenException', 403)],
      // Describes a job that exists: MediaPackage may deny it for a moment.
      DescribeHarvestJob: [refusing('ForbiddenException', 403), passing('NotFoundException', 404)],
      CreateHarvestJob: [
        refusing('ForbiddenException', 403),
        refusing('NotFoundException', 404),
        refusing('UnprocessableEntityException', 422),
        passing('UnprocessableEntityException', 422, 'the quota of 10 concurrent harvest jobs is used up'),
      ],
    },
  },
  s3: {
    all: [passing('SlowDown', 503), variant(passing('InternalError', 500)), refusing('AccessDenied', 403)],
    some: {},
  },
};

/** The model declares no throttling for these operations. */
const UNLIMITED = new Set(['UpdateChannel', 'UpdateInputSecurityGroup']);

/** AWS may deny for a moment that a newly created resource exists. */
const NOT_VISIBLE_YET = passing('NotFoundException', 404);

/**
 * Returns every fault that a call of this operation can meet.
 * @param step the calling step: only steps that create resources may be denied that they exist
 */
export function faultsOf(service: string, operation: string, step: string): FaultKind[] {
  const { all = [], some: declared = {} } = DECLARED[service] ?? {};
  const isFresh = /^Describe(Input|Channel)$/.test(operation) && (step === 'EnsureInput' || step === 'EnsureChannel');
  const some = isFresh ? { ...declared, [operation]: [NOT_VISIBLE_YET] } : declared;
  const own = some[operation] ?? [];
  const common = all.filter(
    ({ name, message }) =>
      !own.some((each) => each.name === name && each.message === message) &&
      !(name === 'TooManyRequestsException' && UNLIMITED.has(operation)),
  );
  const transport = TRANSPORT.filter(
    (kind) => (kind.appliesTo?.test(operation) ?? true) && (kind.service ?? service) === service,
  );
  return [...transport, ...[...common, ...own].map((error) => toFault(service, error))];
}

function toFault(service: string, { name, status, nature, isVariant, message = 'simulated' }: Declared): FaultKind {
  if (service === 'sns' || service === 's3') {
    return toXmlFault(service, { name, status, nature, ...(isVariant ? { isVariant } : {}) });
  }
  const isJson = ['dynamodb', 'kms', 'monitoring', 'secretsmanager', 'states'].includes(service);
  const body = JSON.stringify(isJson ? { __type: name, message } : { message });
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-amzn-errortype': name };
  return {
    name: message === 'simulated' ? name : `${name} (quota)`,
    error: name,
    when: 'before the call',
    nature,
    ...(isVariant ? { isVariant } : {}),
    strike: async () => ({ status, headers, body }),
  };
}

/** An error in XML. The query protocol's code lacks the suffix of the client's class. */
function toXmlFault(service: 'sns' | 's3', { name, status, nature, isVariant }: Declared): FaultKind {
  const code = name.replace(/Exception$/, '');
  const type = service === 'sns' ? `<Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>` : '';
  const error = `<Error>${type}<Code>${code}</Code><Message>simulated</Message></Error>`;
  const body =
    service === 's3'
      ? `<?xml version="1.0" encoding="UTF-8"?>${error}`
      : `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${error}` +
        '<RequestId>simulated</RequestId></ErrorResponse>';
  return {
    name,
    error: name,
    when: 'before the call',
    nature,
    ...(isVariant ? { isVariant } : {}),
    strike: async () => ({ status, headers: { 'content-type': 'text/xml' }, body }),
  };
}
