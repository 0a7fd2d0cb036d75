import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AwsClients, Deployment } from '../../functions/aws/clients.ts';
import { TABLE_DEFINITION } from '../../infra/local/endpoints/dynamodb/table-definition.ts';
import { createDynamodb } from '../../infra/local/endpoints/dynamodb/create-dynamodb.ts';
import { createKms } from '../../infra/local/endpoints/kms/create-kms.ts';
import { createLambdaRegistry } from '../../infra/local/endpoints/lambda/registry.ts';
import type { MediaHooks } from '../../infra/local/endpoints/media/media-context.ts';
import { createMediaServices } from '../../infra/local/endpoints/media-services.ts';
import { createS3 } from '../../infra/local/endpoints/s3/create-s3.ts';
import { createMemoryObjects, type ObjectStore } from '../../infra/local/endpoints/s3/object-store.ts';
import { createSns, type TopicMail } from '../../infra/local/endpoints/sns/create-sns.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION, type EventSink } from '../../infra/local/endpoints/wire/local-service.ts';
import { type StateStore } from '../../infra/local/host/state-store.ts';
import { createStepFunctions } from '../../infra/local/endpoints/step-functions/create-step-functions.ts';
import { connectInProcess, type Connect } from './in-process-transport.ts';
import type { Production } from './production.ts';
import type { Random } from './random.ts';
import { makeSimulatedEngine } from './simulated-engine.ts';
import { makeSimulatedHarvester } from './simulated-harvester.ts';
import type { Snapshot, Template } from './template.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { WorldOptions } from './world.ts';

/** The AWS of a simulated world: the local endpoints without media, and the SDK's clients in front of them. */

/** Name of the function that the state machines call. */
export const WORKFLOW_FUNCTION = 'sluice-workflow';

const TOPIC_NAME = 'notifications';
/** The topic of each world. */
export const TOPIC_ARN = `arn:aws:sns:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${TOPIC_NAME}`;

/** Creates clients that are not connected yet. */
export function makeClients(production: Production): AwsClients {
  return production.createAwsClients({
    region: LOCAL_REGION,
    endpoint: 'http://aws.simulated',
    credentials: { accessKeyId: 'SIMULATED', secretAccessKey: 'unused' },
    attemptsMax: 1,
  });
}

const connectedClients = new WeakMap<Production, { clients: AwsClients; connect: Connect }>();

/**
 * Returns the clients that all worlds of this production code share, one world after the other, because creating them
 * takes longer than a world.
 */
export function clientsOf(production: Production): { clients: AwsClients; connect: Connect } {
  const known = connectedClients.get(production);
  if (known) return known;
  const clients = makeClients(production);
  const made = { clients, connect: connectInProcess(clients) };
  connectedClients.set(production, made);
  return made;
}

interface ServicesOptions extends Pick<WorldOptions, 'profile' | 'durations' | 'resourceQuotas'> {
  clock: VirtualClock;
  random: Random;
  events: EventSink;
  template?: Template;
  from?: Snapshot;
  planTransition?: MediaHooks['planTransition'];
  mailbox(mail: TopicMail): void;
  keep(name: 'media' | 'stepFunctions', state: unknown): void;
}

/** Creates the endpoints. */
export async function makeServices(options: ServicesOptions) {
  const { clock, random, template, keep } = options;
  const lambda = createLambdaRegistry({ clock });
  const storeOf = (name: 'media' | 'stepFunctions'): StateStore => ({
    load: () => (template ? structuredClone(template[name]) : null),
    save: (state) => keep(name, state),
  });
  const stepFunctions = createStepFunctions({
    store: storeOf('stepFunctions'),
    lambda,
    clock,
    random: () => random.next(),
  });
  const engine = makeSimulatedEngine();
  const objects = copyObjects(template?.objects);
  const harvester = makeSimulatedHarvester(objects, clock);
  const media = createMediaServices({
    engine,
    clock,
    store: storeOf('media'),
    events: options.events,
    profile: options.profile ?? 'instant',
    durations: options.durations,
    hooks: { planTransition: options.planTransition },
    quotas: { pushInputs: 200, channels: 200, ...options.resourceQuotas },
    idSeed: 'simulation',
    objects,
    harvester,
  });
  // A key cannot be moved to another service, so the snapshot carries the service.
  const kms = options.from?.kms ?? createKms({ directory: null, clock });
  const s3 = createS3({ dataDirectory: null, objects });
  let ids = 0;
  const sns = createSns({ clock, mailbox: options.mailbox, newId: () => `made-${String(++ids).padStart(8, '0')}` });
  const services = [await createDynamodb({ directory: null }), kms, s3, sns, stepFunctions, ...media.services];
  return { lambda, stepFunctions, media, kms, objects, harvester, services, engine };
}

/** Copies a store, so that no world sees what another one stores or deletes. */
function copyObjects(from?: ObjectStore): ObjectStore {
  const copy = createMemoryObjects();
  for (const { name } of from?.buckets() ?? []) {
    copy.createBucket(name);
    for (const { key } of from!.list(name)) {
      const { object, body } = from!.get(name, key)!;
      copy.put(name, key, body, object);
    }
  }
  return copy;
}

/** Creates a table, a topic and a key per world, which is cheap: only this world can decrypt with its key. */
export async function prepare(
  clients: AwsClients,
  { deployment }: Template,
  options: WorldOptions,
): Promise<Deployment> {
  await clients.table.send(new CreateTableCommand({ TableName: deployment.tableName, ...TABLE_DEFINITION }));
  await clients.sns.send(new CreateTopicCommand({ Name: TOPIC_NAME }));
  if (options.from) {
    for (const item of options.from.items.values()) {
      await clients.table.send(new PutCommand({ TableName: deployment.tableName, Item: item }));
    }
    return deployment;
  }
  const { KeyMetadata: key } = await clients.kms.send(new CreateKeyCommand({}));
  return { ...deployment, ...options.quotas, keyId: key!.Arn! };
}
