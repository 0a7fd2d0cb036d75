import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAwsClients, destroyAwsClients, type AwsClients } from '../../../functions/aws/clients.ts';
import { startAwsFront } from './wire/aws-front.ts';
import type { Clock } from '../host/clock.ts';
import { createDynamodb } from './dynamodb/create-dynamodb.ts';
import { createEventBus, type EventBus } from './events/event-bus.ts';
import { groupSaves } from './wire/group-saves.ts';
import { connectInProcess } from './in-process-clients.ts';
import { createKms } from './kms/create-kms.ts';
import { createLambdaService } from './lambda/lambda-service.ts';
import { createLambdaRegistry, type LambdaRegistry } from './lambda/registry.ts';
import { createMediaServices, type MediaServicesOptions } from './media-services.ts';
import { createHarvester } from './mediapackage/harvester.ts';
import { createS3, openObjects } from './s3/create-s3.ts';
import { writePrivateFile } from '../host/root-key.ts';
import { openSealedFile } from '../host/sealed-file.ts';
import type { LimitedKey } from './wire/limited-key.ts';
import { LOCAL_REGION } from './wire/local-service.ts';
import { createMemoryStore } from '../host/state-store.ts';
import type { Write } from '../host/store/journal-lines.ts';
import { SEGMENTS_FOLDER, TABLE_FOLDER } from '../host/store/kept-files.ts';
import type { StorageHealth } from '../host/store/storage-health.ts';
import { createStepFunctions } from './step-functions/create-step-functions.ts';
import { createSns, type TopicMail } from './sns/create-sns.ts';
import { createSts } from './sts/create-sts.ts';

/** The local AWS: every endpoint behind one port, and clients connected to it. */
export interface LocalAws {
  endpoint: string;
  clients: AwsClients;
  events: EventBus;
  lambda: LambdaRegistry;
  /** Runs an action while no file of the data directory is written. */
  pause<Result>(action: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

interface LocalAwsOptions extends Pick<
  MediaServicesOptions,
  'durations' | 'engine' | 'harvester' | 'profile' | 'quotas' | 'hooks' | 'isRateLimited'
> {
  /** Where state is stored; null keeps it in memory. */
  dataDirectory: string | null;
  /** 0 selects any free port. */
  port: number;
  clock: Clock;
  /** Receives what SNS would send by e-mail; without it there is no SNS. */
  mailbox?: (mail: TopicMail) => void;
  /** Receives failed writes; without it they go to the console. */
  health?: StorageHealth;
  /** Rows of an earlier format, imported when the table is opened. */
  importedRows?: Iterable<Write>;
  /** Access keys besides the installation's own, with what each may do. */
  limitedKeys?: readonly LimitedKey[];
}

/**
 * Starts the endpoints.
 * @throws {PortTakenError}
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { dataDirectory, clock, health } = options;
  const storeOf = (name: string) =>
    dataDirectory === null
      ? createMemoryStore()
      : groupSaves(openSealedFile(join(dataDirectory, `${name}.sealed`), dataDirectory, health));
  const events = createEventBus({ clock });
  const lambda = createLambdaRegistry({ clock });
  const dynamodb = await createDynamodb({
    directory: dataDirectory && join(dataDirectory, TABLE_FOLDER),
    ...(health ? { health } : {}),
    ...(options.importedRows ? { imported: options.importedRows } : {}),
  });
  const stepFunctions = createStepFunctions({ store: storeOf('step-functions'), lambda, clock });
  const objects = openObjects(dataDirectory);
  const harvester =
    options.harvester ??
    (dataDirectory && createHarvester({ directory: join(dataDirectory, SEGMENTS_FOLDER), objects }));
  const media = createMediaServices({
    objects,
    engine: options.engine,
    ...(harvester ? { harvester } : {}),
    profile: options.profile,
    durations: options.durations,
    quotas: options.quotas,
    hooks: options.hooks,
    isRateLimited: options.isRateLimited,
    clock,
    events,
    store: storeOf('media'),
  });
  const services = [
    dynamodb,
    createKms({ directory: dataDirectory, clock, ...(health ? { health } : {}) }),
    createS3({ dataDirectory, objects }),
    createSts(),
    ...(options.mailbox ? [createSns({ clock, mailbox: options.mailbox })] : []),
    createLambdaService(lambda),
    stepFunctions,
    ...media.services,
  ];
  const closeAll = async () => {
    await stepFunctions.close();
    await lambda.close();
    await events.close();
    await media.close();
    await dynamodb.close();
  };
  const credentials = ensureCredentials(dataDirectory);
  try {
    // Flows and channels that ran before a restart resume in the engine before the first request.
    await media.restore();
    const front = await startAwsFront({
      port: options.port,
      services,
      accessKeyId: credentials.accessKeyId,
      ...(options.limitedKeys && { limitedKeys: options.limitedKeys }),
    });
    const clients = createAwsClients({
      region: LOCAL_REGION,
      endpoint: front.endpoint,
      credentials,
      // The state machines retry; retries in the SDK would multiply theirs.
      attemptsMax: 1,
    });
    connectInProcess(clients, services);
    return {
      endpoint: front.endpoint,
      clients,
      events,
      lambda,
      pause: dynamodb.pause,
      async close() {
        await closeAll();
        destroyAwsClients(clients);
        await front.close();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/**
 * Returns the credentials of this installation and stores them in the format of AWS tools
 * (AWS_SHARED_CREDENTIALS_FILE). The front checks the access key id, so it is as random as a password and readable only
 * by its owner.
 */
function ensureCredentials(dataDirectory: string | null): { accessKeyId: string; secretAccessKey: string } {
  const file = dataDirectory && join(dataDirectory, 'aws-credentials');
  const kept = file && existsSync(file) ? /aws_access_key_id = (\S+)/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  const accessKeyId = kept ?? `AKIALOCAL${randomBytes(20).toString('hex').toUpperCase()}`;
  if (file && !kept) {
    const text = `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = unused\nregion = ${LOCAL_REGION}\n`;
    writePrivateFile(file, Buffer.from(text));
  }
  return { accessKeyId, secretAccessKey: 'unused' };
}
