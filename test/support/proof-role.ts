import { MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import { DescribeChannelCommand, DescribeInputCommand, MediaLiveClient } from '@aws-sdk/client-medialive';
import { DEPLOYMENT_TAG } from '../../functions/aws/names.ts';
import type { AwsClients } from '../../functions/aws/clients.ts';
import type { AssumptionId } from '../../infra/aws/prove/assumptions.ts';
import type { CredentialsOfRole, RoleClients } from '../../infra/aws/prove/proof-deps.ts';
import { LOCAL_REGION } from '../../infra/local/endpoints/wire/local-service.ts';
import type { Truth } from './proof-aws.ts';

/**
 * Creates clients with the permissions of the deployed roles. The local endpoints check no permissions, so these
 * clients check the conditions on tags before they send a call.
 */
interface RoleOptions {
  endpoint: string;
  clients: AwsClients;
  deploymentId: string;
  truth: Truth;
  /** Called before each call; may refuse or lose it. */
  before(call: { operation: string; input: Record<string, any> }): void | Promise<void>;
  /** Called after each successful call. */
  after(call: { operation: string; input: Record<string, any> }): void | Promise<void>;
}

/** Operations that a role lacks although the product assumes them. */
const DENIED_WHEN: Partial<Record<AssumptionId, readonly string[]>> = {
  'AWS-05': ['CreateInput'],
  'AWS-07': ['DeleteInput'],
  'AWS-12': ['UpdateChannel'],
  'AWS-14': ['StopFlow'],
  'AWS-19': ['AddFlowOutputs'],
  'AWS-22': ['StartChannel'],
};

const BY_REQUEST_TAG = new Set(['CreateInput', 'CreateChannel']);
const BY_RESOURCE_TAG = new Set(['UpdateChannel', 'StartChannel', 'StopChannel', 'DeleteChannel', 'DeleteInput']);

/** Creates AWS's error for a caller without the permission. */
export function denied(operation: string): Error {
  return Object.assign(new Error(`User is not authorized to perform: ${operation}`), {
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 403, requestId: 'denied-request' },
  });
}

/** Returns a function that creates the clients of a role. */
export async function makeRole(options: RoleOptions): Promise<(credentials: CredentialsOfRole) => RoleClients> {
  const credentials = await options.clients.sfn.config.credentials();
  const config = { endpoint: options.endpoint, region: LOCAL_REGION, credentials, maxAttempts: 1 };
  return (credentialsOfRole) => {
    const made = { mediaConnect: new MediaConnectClient(config), mediaLive: new MediaLiveClient(config) };
    for (const client of Object.values(made)) {
      watch(client, {
        before: async (call) => {
          // The real client requests the role's credentials before it sends.
          await credentialsOfRole();
          await options.before(call);
          if (!(await isAllowed(options, call))) throw denied(call.operation);
        },
        after: options.after,
      });
    }
    return made;
  };
}

/** Wraps every call of a client. */
export function watch(client: object, { before, after }: Pick<RoleOptions, 'before' | 'after'>): void {
  const { middlewareStack } = client as { middlewareStack: { add: (middleware: any, options: object) => void } };
  middlewareStack.add(
    (next: (args: any) => Promise<any>, context: { commandName: string }) => async (args: any) => {
      const call = { operation: context.commandName.replace(/Command$/, ''), input: args.input };
      await before(call);
      const answer = await next(args);
      await after(call);
      return answer;
    },
    { step: 'initialize', name: 'proofWatch', override: true },
  );
}

async function isAllowed(
  { clients, deploymentId, truth: { broken } }: RoleOptions,
  { operation, input }: { operation: string; input: Record<string, any> },
): Promise<boolean> {
  if (broken !== null && DENIED_WHEN[broken]?.includes(operation)) return false;
  const isOurs = (tags: Record<string, string> | undefined) => tags?.[DEPLOYMENT_TAG] === deploymentId;
  if (BY_REQUEST_TAG.has(operation)) return broken === 'AWS-06' || isOurs(input['Tags']);
  if (!BY_RESOURCE_TAG.has(operation) || broken === 'AWS-08') return true;
  const { mediaLive } = clients;
  const resource =
    operation === 'DeleteInput'
      ? await mediaLive.send(new DescribeInputCommand({ InputId: input['InputId'] }))
      : await mediaLive.send(new DescribeChannelCommand({ ChannelId: input['ChannelId'] }));
  return isOurs(resource.Tags);
}
