import { parentPort, workerData } from 'node:worker_threads';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { KMSClient } from '@aws-sdk/client-kms';
import { MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import { MediaLiveClient } from '@aws-sdk/client-medialive';
import { MediaPackageClient } from '@aws-sdk/client-mediapackage';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { madeUpSecret } from './made-up-secret.ts';
import type { RecordedCall, ServiceName } from './recorded-call.ts';

/**
 * Runs a Lambda function in a separate thread: its real entry point, an isolated environment, and clients that report
 * every call to the test. function-process.ts starts it.
 */

/** Sends a message to the test. The port connects threads, so it has no target origin. */
const port = parentPort!;
const send = (message: object) => port.postMessage(message, []);

interface Command {
  input: Record<string, any>;
  constructor: { name: string };
}
interface Client {
  prototype: { send(command: never, ...rest: never[]): unknown };
}

const CLIENTS: Record<ServiceName, Client> = {
  cloudWatch: CloudWatchClient,
  cloudWatchLogs: CloudWatchLogsClient,
  cognito: CognitoIdentityProviderClient,
  kms: KMSClient,
  mediaConnect: MediaConnectClient,
  mediaLive: MediaLiveClient,
  mediaPackage: MediaPackageClient,
  s3: S3Client,
  secretsManager: SecretsManagerClient,
  sfn: SFNClient,
  sns: SNSClient,
  table: DynamoDBDocumentClient,
};

// The local Secrets Manager does not return the contents of secrets.
const sendToSecretsManager = SecretsManagerClient.prototype.send as (this: unknown, command: Command) => unknown;
(SecretsManagerClient.prototype as { send: unknown }).send = async function (this: unknown, command: Command) {
  const { input, constructor } = command;
  if (constructor.name !== 'GetSecretValueCommand') return sendToSecretsManager.call(this, command);
  return { ARN: input['SecretId'], SecretString: madeUpSecret(String(input['SecretId'])) };
};

// Nothing local stands for the user pool. It has no users here.
(CognitoIdentityProviderClient.prototype as { send: unknown }).send = async () => ({ Users: [] });

for (const [service, client] of Object.entries(CLIENTS)) watch(service as ServiceName, client);

function watch(service: ServiceName, { prototype }: Client): void {
  const original = prototype.send as (this: unknown, command: Command, ...rest: unknown[]) => Promise<object>;
  async function sendAndTell(this: unknown, command: Command, ...rest: unknown[]): Promise<object> {
    const operation = operationOf(service, command);
    const call = { service, operation, input: toPlain(command.input) };
    // The local Step Functions has no aliases.
    if (operation === 'StartExecution') command.input['stateMachineArn'] = unqualified(command.input);
    try {
      const output = await original.call(this, command, ...rest);
      // An S3 object arrives as a stream, which can be read only once.
      tell({ ...call, output: service === 's3' ? {} : toPlain(output) });
      return output;
    } catch (error) {
      tell({ ...call, output: null });
      throw error;
    }
  }
  (prototype as { send: unknown }).send = sendAndTell;
}

/** Returns IAM's name of an operation. The document client's commands lack the suffix Item. */
function operationOf(service: ServiceName, { constructor }: Command): string {
  const name = constructor.name.replace(/Command$/, '');
  return service === 'table' && name !== 'Query' ? `${name}Item` : name;
}

function unqualified({ stateMachineArn }: Record<string, any>): string {
  return String(stateMachineArn).split(':').slice(0, 7).join(':');
}

/** Copies a value for another thread. Bytes become numbers. */
function toPlain(value: object): Record<string, any> {
  const text = JSON.stringify(value, (_, inner) => {
    // A Buffer has already serialized itself to this form.
    if (inner?.type === 'Buffer') return inner.data;
    return inner instanceof Uint8Array ? [...inner] : inner;
  });
  return JSON.parse(text) as Record<string, any>;
}

function tell(call: Omit<RecordedCall, 'function'>): void {
  send({ call });
}

globalThis.fetch = async () => Response.json(workerData.jwks);

const { handler } = (await import(workerData.entry)) as { handler: (event: unknown, context: object) => unknown };

port.on('message', async ({ id, event }: { id: number; event: unknown }) => {
  try {
    const result = await handler(event, { awsRequestId: `request-${id}`, functionName: workerData.name });
    send({ id, result: result ?? null });
  } catch (error) {
    // Reports errors like Lambda's Node runtime.
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    send({ id, error: { name, message } });
  }
});
send({ ready: true });
