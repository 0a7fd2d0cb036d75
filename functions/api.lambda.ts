import { handle } from 'hono/aws-lambda';
import { ulid } from 'ulid';
import packageJson from '../package.json' with { type: 'json' };
import { createApi } from './api/app.ts';
import { createGatewayAuthentication } from './api/authentication.ts';
import { createAwsClients } from './aws/clients.ts';
import { readEnvironment } from './environment.ts';
import { createLambdaLogger } from './lambda-deps.ts';
import { resolveHost } from './resolve-host.ts';

/** Entry point of the API on AWS, behind an HTTP API with a JWT authorizer. */

const { deployment, operatorGroup } = readEnvironment();

const api = createApi({
  // Callers wait for the answer: the SDK's own retries are the only ones.
  clients: createAwsClients({ attemptsMax: 3 }),
  deployment,
  now: () => new Date(),
  resolveHost,
  logger: createLambdaLogger('sluice-api'),
  authentication: createGatewayAuthentication({ group: operatorGroup }),
  embedded: false,
  version: packageJson.version,
  newDestinationId: () => `dst_${ulid().toLowerCase()}`,
  // The monitor looks once a minute; one look may be missed.
  freshSeconds: 150,
  metrics: { windowSeconds: 1800, periodSeconds: 60 },
  ingestHost: null,
  docs: null,
});

export const handler = handle(api);
