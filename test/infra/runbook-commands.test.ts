import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The runbook's calls of the AWS CLI, which nothing here can run. The CLI takes its operations and options from the models
 * of which the SDK is made, so each is compared with the SDK: the operation exists, its options are members of the
 * request, none that is required is missing, and `--query` begins with a member of the answer.
 */

const ROOT = join(import.meta.dirname, '..', '..');
const RUNBOOK = readFileSync(join(ROOT, 'RUNBOOK.md'), 'utf8').replaceAll('\\\n', ' ');

/** Options of the CLI itself. */
const OWN_OPTIONS = ['max-items', 'output', 'query', 'region'];
/** `aws logs tail` is a command of the CLI, made of several operations. */
const OWN_COMMANDS: Record<string, readonly string[]> = { 'logs tail': ['filter-pattern', 'since'] };
/** Services without an SDK client in the packages. Their commands are not checked here. */
const WITHOUT_MODEL = ['resourcegroupstaggingapi', 'scheduler', 'sqs'];

type Package = Record<string, unknown>;
const PACKAGES: Record<string, () => Promise<Package>> = {
  ce: () => import('@aws-sdk/client-cost-explorer'),
  cloudformation: () => import('@aws-sdk/client-cloudformation'),
  cloudtrail: () => import('@aws-sdk/client-cloudtrail'),
  cloudwatch: () => import('@aws-sdk/client-cloudwatch'),
  'cognito-idp': () => import('@aws-sdk/client-cognito-identity-provider'),
  dynamodb: () => import('@aws-sdk/client-dynamodb'),
  iam: () => import('@aws-sdk/client-iam'),
  lambda: () => import('@aws-sdk/client-lambda'),
  logs: () => import('@aws-sdk/client-cloudwatch-logs'),
  medialive: () => import('@aws-sdk/client-medialive'),
  mediapackage: () => import('@aws-sdk/client-mediapackage'),
  secretsmanager: () => import('@aws-sdk/client-secrets-manager'),
  'service-quotas': () => import('@aws-sdk/client-service-quotas'),
  sns: () => import('@aws-sdk/client-sns'),
  stepfunctions: () => import('@aws-sdk/client-sfn'),
  sts: () => import('@aws-sdk/client-sts'),
};

interface CliCall {
  service: string;
  operation: string;
  options: string[];
  /** The first names that `--query` reads. */
  queried: string[];
}

/** Members of a request or an answer. */
interface Shape {
  members: readonly string[];
  required: readonly string[];
}

/** Ends a command outside of quotes. */
const ENDS = new Set(['\n', '`', ';', '|', ')', '#']);

/** Returns one command from its position to its end, without the commands within it. */
function commandAt(text: string, start: number): string {
  let command = '';
  let quote = '';
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index]!;
    if (depth > 0) {
      depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    } else if (text.startsWith('$(', index) && quote !== "'") {
      depth = 1;
      index += 1;
    } else {
      if (quote === '' && ENDS.has(character)) break;
      if (quote === '' && (character === '"' || character === "'")) quote = character;
      else if (character === quote) quote = '';
      command += character;
    }
  }
  return command;
}

function readCalls(): CliCall[] {
  return [...RUNBOOK.matchAll(/(?<=^|[`($]|\s)aws (?=[a-z-]+ [a-z]+-)|aws (?=lambda invoke|logs tail)/gm)].map(
    ({ index }) => {
      const command = commandAt(RUNBOOK, index);
      const [, service = '', operation = ''] = command.split(/\s+/);
      const options = [...command.matchAll(/\s--([a-z][a-z0-9-]*)/g)].map(([, option = '']) => option);
      const [, query = ''] = /\s--query\s+['"]?(.*)/s.exec(command) ?? [];
      const [, list] = /^\[([^\]]*)\]/.exec(query) ?? [];
      const queried = (list?.split(',') ?? [query]).map((path) => /^\w+/.exec(path.trim())?.[0] ?? '');
      return { service, operation, options, queried: queried.filter(Boolean) };
    },
  );
}

const CALLS = readCalls();
const shown = ({ service, operation }: CliCall): string => `aws ${service} ${operation}`;

const pascal = (name: string): string =>
  name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
/** Services write members with either initial. */
const plain = (name: string): string => name.replaceAll('-', '').toLowerCase();

/** Reads a structure of the SDK: [kind, namespace, name, traits, members, their shapes, number of required ones]. */
function shapeOf(reference: unknown): Shape {
  const structure: unknown = typeof reference === 'function' ? reference() : reference;
  // An operation without an answer has the word unit here.
  if (!Array.isArray(structure)) return { members: [], required: [] };
  const members = (structure[4] ?? []) as string[];
  return { members, required: members.slice(0, (structure[6] as number | undefined) ?? 0) };
}

/** Returns the request and the answer of an operation, or null for an unknown name. */
async function modelOf({ service, operation }: CliCall): Promise<{ request: Shape; answer: Shape } | null> {
  if (service === 'mediaconnect') return mediaConnectModel(pascal(operation));
  const Command = (await PACKAGES[service]!())[`${pascal(operation)}Command`] as
    | (new (input: object) => { schema: unknown[] })
    | undefined;
  if (!Command) return null;
  const { schema } = new Command({});
  return { request: shapeOf(schema[4]), answer: shapeOf(schema[5]) };
}

/** This client is older than the models in the packages, and its shapes are the ones of the local endpoint. */
function mediaConnectModel(operation: string): { request: Shape; answer: Shape } | null {
  const read = (file: string, name: string): Shape | null => {
    const path = join(ROOT, 'infra/local/endpoints/media/shapes', file);
    const { definitions } = JSON.parse(readFileSync(path, 'utf8')) as {
      definitions: Record<string, { properties?: object; required?: string[] }>;
    };
    const definition = definitions[name];
    return definition
      ? { members: Object.keys(definition.properties ?? {}), required: definition.required ?? [] }
      : null;
  };
  const request = read('mediaconnect.json', `${operation}Request`);
  const answer = read('mediaconnect-responses.json', `${operation}Response`);
  return request && answer && { request, answer };
}

/** Returns what is wrong with a call. */
async function findFaults(call: CliCall): Promise<string[]> {
  const own = OWN_COMMANDS[`${call.service} ${call.operation}`];
  const options = call.options.filter((option) => !OWN_OPTIONS.includes(option));
  if (own) return options.filter((option) => !own.includes(option)).map((option) => `${shown(call)}: --${option}`);
  const model = await modelOf(call);
  if (!model) return [`${shown(call)}: no such operation`];
  const takes = new Set(model.request.members.map(plain));
  const gives = new Set(options.map(plain));
  // A sentence names an operation without its options.
  const missing = options.length === 0 ? [] : model.request.required.filter((member) => !gives.has(plain(member)));
  return [
    ...options.filter((option) => !takes.has(plain(option))).map((option) => `${shown(call)}: no --${option}`),
    ...missing.map((member) => `${shown(call)}: lacks ${member}`),
    ...call.queried
      .filter((member) => !model.answer.members.includes(member))
      .map((member) => `${shown(call)}: answers no ${member}`),
  ];
}

describe('each command of the AWS CLI in the runbook', () => {
  it('is found', () => {
    expect(CALLS.length).toBeGreaterThan(50);
    expect(CALLS.filter(({ service }) => service === 'cognito-idp').map(({ operation }) => operation)).toEqual([
      'describe-user-pool-client',
      'admin-disable-user',
      'admin-user-global-sign-out',
      'admin-delete-user',
      'admin-create-user',
      'admin-add-user-to-group',
    ]);
  });

  it('belongs to a service whose model is here, or that is named as unchecked', () => {
    const unknown = CALLS.map(({ service }) => service).filter(
      (service) => service !== 'mediaconnect' && !Object.hasOwn(PACKAGES, service),
    );
    expect([...new Set(unknown)].toSorted()).toEqual(WITHOUT_MODEL);
  });

  it('has an operation, options and a query that the service knows, and every required option', async () => {
    const checked = CALLS.filter(({ service }) => !WITHOUT_MODEL.includes(service));
    expect((await Promise.all(checked.map(findFaults))).flat()).toEqual([]);
  });

  it('would be refused with a wrong operation, option or query, and without a required option', async () => {
    const call = { service: 'cognito-idp', operation: 'admin-disable-user', options: ['user-pool-id', 'username'] };
    expect(await findFaults({ ...call, queried: [] })).toEqual([]);
    expect(await findFaults({ ...call, operation: 'disable-user', queried: [] })).toHaveLength(1);
    expect(await findFaults({ ...call, options: ['user-pool', 'username'], queried: ['User'] })).toEqual([
      'aws cognito-idp admin-disable-user: no --user-pool',
      'aws cognito-idp admin-disable-user: lacks UserPoolId',
      'aws cognito-idp admin-disable-user: answers no User',
    ]);
  });
});
