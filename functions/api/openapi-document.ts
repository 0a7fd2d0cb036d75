import type { Api } from './api-deps.ts';
import { WAIT_SECONDS_MAX } from './http/prefer-wait.ts';
import { operationIdOf } from './operation-id.ts';
import { ROUTE_ACCESS } from './route-roles.ts';
import { ANSWER_EXAMPLES } from './schemas/answer-examples.ts';
import { REQUEST_EXAMPLES } from './schemas/request-examples.ts';
import { WAITS, type Wait } from './waits.ts';

/** The OpenAPI document: the routes, and what holds for all of them and is decided in one place each. */

const DESCRIPTION = {
  openapi: '3.1.0',
  info: {
    title: 'Sluice',
    description:
      'One SRT feed in, any number of RTMP destinations out, each started and stopped independently. ' +
      'Every operation names the least role it requires: viewer, operator or admin. ' +
      'Slow actions return 202 with the operation; with Prefer: wait=20 they wait for its end. ' +
      'Errors are RFC 9457 problems with a stable code and a remedy.',
    license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
  },
  // The document describes the server that it was read from.
  servers: [{ url: '/', description: 'This deployment' }],
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

type Document = ReturnType<Api['getOpenAPI31Document']>;
type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>;

/** Returns the document of an API whose routes are registered. */
export function describeApi(api: Api, version: string): Document {
  const document = api.getOpenAPI31Document({ ...DESCRIPTION, info: { ...DESCRIPTION.info, version } });
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = operations[method];
      if (!operation) continue;
      const route = `${method.toUpperCase()} ${path}`;
      operation.operationId = operationIdOf(route, /^List\b/.test(operation.summary ?? ''));
      describeAccess(operation, route);
      const wait = WAITS[route];
      if (wait) describeWait(operation, wait);
    }
  }
  addExamples(document);
  return document;
}

/** Adds one example to each schema that has one, so that every request and answer with this schema shows it. */
function addExamples({ components }: Document): void {
  for (const [name, example] of Object.entries({ ...REQUEST_EXAMPLES, ...ANSWER_EXAMPLES })) {
    const schema = components?.schemas?.[name];
    if (schema) Object.assign(schema, { examples: [example] });
  }
}

/** Adds the required role: as a security requirement and as a sentence. */
function describeAccess(operation: Operation, route: string): void {
  const access = ROUTE_ACCESS[route];
  const isOpen = access === undefined || access === 'anyone';
  operation.security = isOpen ? [] : [{ bearer: [access] }, { session: [access] }];
  const needed = isOpen ? 'Requires no sign-in.' : `Requires the role ${access}.`;
  operation.description = operation.description ? `${operation.description} ${needed}` : needed;
}

/** Begins the description of an answer that only a wait can get. */
export const ENDED = 'It has ended within the wait';

const APPLIED = {
  'Preference-Applied': {
    description: 'Set when the request said Prefer: wait=N',
    schema: { type: 'string', examples: ['wait=20'] },
  },
} as const;

const RETRY_AFTER = {
  'Retry-After': { description: 'When to ask again, in seconds', schema: { type: 'integer' } },
} as const;

/** Adds what `Prefer: wait=N` does. */
function describeWait(operation: Operation, { deletes }: Wait): void {
  operation.parameters = [
    ...(operation.parameters ?? []),
    {
      name: 'Prefer',
      in: 'header',
      required: false,
      description: `wait=N: answers when the work has ended, after N seconds at the latest. At most ${WAIT_SECONDS_MAX} are waited.`,
      schema: { type: 'string', examples: ['wait=20'] },
    },
  ];
  const responses = (operation.responses ??= {});
  const accepted = responses['202'];
  if (accepted) accepted.headers = { ...accepted.headers, ...APPLIED, ...RETRY_AFTER };
  const ended = (responses['200'] ??= { description: ENDED, content: accepted?.content });
  ended.headers = { ...ended.headers, ...APPLIED };
  if (deletes) responses['204'] = { description: `${ENDED}: nothing has this id any more` };
}
