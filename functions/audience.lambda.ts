import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { createAudience } from './audience/app.ts';
import type { LiveMedia } from './audience/audience-deps.ts';
import { readPageAssets } from './audience/page-assets.ts';
import { problem } from './audience/problem.ts';
import { nameViewer, VIEWER_ADDRESS_HEADER } from './audience/viewer-address.ts';
import { createS3Client, createSecretsManagerClient, createTableClient } from './aws/clients.ts';
import { CDN_IDENTIFIER_FIELD, CDN_IDENTIFIER_HEADER } from './aws/package-channel.ts';
import { readSecret } from './aws/secret-store.ts';
import { EDGE_HEADER } from './domain/edge-header.ts';
import { errorName } from './domain/errors.ts';
import { memoize } from './domain/memoize.ts';
import { AudienceEnvironment, readEnvironment } from './environment.ts';
import { createLambdaLogger, withRequestId } from './lambda-deps.ts';

/**
 * Entry point of the public side on AWS, behind its own CloudFront distribution and HTTP API. It answers only
 * requests with the secret that this distribution adds, so the distribution's checks cannot be passed by.
 */

const environment = readEnvironment(AudienceEnvironment);
const logger = createLambdaLogger('sluice-audience');
const now = () => new Date();
const secrets = createSecretsManagerClient({ attemptsMax: 3 });

/** After the identifier was replaced, MediaPackage accepts the previous one as well. */
const IDENTIFIER_KEPT_MS = 5 * 60_000;
const MEDIA_TIMEOUT_MS = 5_000;
const CHAT_KEY_BYTES = 32;

interface Started {
  answer: ReturnType<typeof handle>;
  edgeSecret: string;
}

/** Runs on the first request, so that a secret that cannot be read refuses one request, and the next one tries again. */
async function start(): Promise<Started> {
  // Some watchers wait for the answer, and all of them come again.
  const aws = { attemptsMax: 2 };
  const [edgeSecret, privateKey] = await Promise.all([
    readSecret(secrets, environment.EDGE_SECRET_ARN),
    readSecret(secrets, environment.MEDIA_KEY_SECRET_ARN),
  ]);
  const audience = createAudience({
    clients: { s3: createS3Client(aws), table: createTableClient(aws) },
    deployment: {
      tableName: environment.TABLE_NAME,
      reportBucket: environment.REPORT_BUCKET,
      recordingBucket: environment.RECORDING_BUCKET,
    },
    now,
    newSecret: () => randomBytes(18).toString('base64url'),
    logger,
    assets: readPageAssets(environment.PAGE_FILES),
    live: createLive(),
    mediaKey: async () => ({ keyPairId: environment.MEDIA_KEY_PAIR_ID, privateKey }),
    cdn: { segmentKey: edgeSecret },
    // Derived from the only secret that no one but this function reads.
    chatKey: new Uint8Array(hkdfSync('sha256', privateKey, '', 'sluice chat cookies', CHAT_KEY_BYTES)),
    // The CDN has the places.
    viewersMax: 0,
    nameCaller: (bindings) => nameViewer(headerOf((bindings as { event: LambdaEvent }).event, VIEWER_ADDRESS_HEADER)),
    https: true,
    origin: `https://${environment.PUBLIC_HOST}`,
  });
  return { answer: handle(audience), edgeSecret };
}

function createLive(): LiveMedia {
  const identifier = memoize({ milliseconds: IDENTIFIER_KEPT_MS, now }, async () => {
    const secret = await readSecret(secrets, environment.CDN_IDENTIFIER_SECRET_ARN);
    return String((JSON.parse(secret) as Record<string, unknown>)[CDN_IDENTIFIER_FIELD]);
  });
  return {
    fetch: async (path) =>
      fetch(new URL(path, environment.HLS_URL), {
        headers: { [CDN_IDENTIFIER_HEADER]: await identifier.get() },
        signal: AbortSignal.timeout(MEDIA_TIMEOUT_MS),
      }),
  };
}

/** HTTP APIs send the names of headers in lower case. */
function headerOf(event: LambdaEvent, name: string): string | undefined {
  return (event.headers as Record<string, string | undefined> | undefined)?.[name];
}

function isFromEdge(event: LambdaEvent, edgeSecret: string): boolean {
  const [sent, expected] = [Buffer.from(headerOf(event, EDGE_HEADER) ?? ''), Buffer.from(edgeSecret)];
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}

let starting: Promise<Started> | null = null;

async function answer(event: LambdaEvent, context: LambdaContext): Promise<unknown> {
  starting ??= start().catch((error: unknown) => {
    starting = null;
    logger.error('the public side could not start', { error: errorName(error) });
    throw error;
  });
  const { answer: respond, edgeSecret } = await starting;
  return isFromEdge(event, edgeSecret) ? respond(event, context) : refuse();
}

/** Says nothing of what is here. */
async function refuse(): Promise<unknown> {
  const response = problem('forbidden');
  return { statusCode: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

export const handler = withRequestId(logger, answer);
