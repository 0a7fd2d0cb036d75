/**
 * The local Secrets Manager: what a deployment needs to keep passphrases that MediaConnect reads. It cannot be read
 * through this endpoint, because nothing local needs to. A deletion without recovery blocks the name for a while, as on
 * AWS, where it is asynchronous.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
 */
import * as client from '@aws-sdk/client-secrets-manager';
import type { MediaContext } from '../media/media-context.ts';
import { lookUp, type SecretRecord } from '../media/media-state.ts';
import { toArn } from '../media/identifiers.ts';
import { commit } from '../media/transitions.ts';
import {
  AwsFault,
  createJsonService,
  cutPage,
  optionalBoolean,
  optionalInteger,
  optionalString,
  requiredString,
  type HonouredMembers,
  type JsonBody,
} from '../wire/aws-json.ts';
import type { LocalService } from '../wire/local-service.ts';

const HONOURED: HonouredMembers = {
  CreateSecret: ['ClientRequestToken', 'Description', 'Name', 'SecretString', 'Tags'],
  DeleteSecret: ['ForceDeleteWithoutRecovery', 'SecretId'],
  DescribeSecret: ['SecretId'],
  ListSecrets: ['Filters', 'MaxResults', 'NextToken'],
  PutSecretValue: ['ClientRequestToken', 'SecretId', 'SecretString'],
};

const NAME = /^[A-Za-z0-9/_+=.@-]{1,512}$/;
const VALUE_BYTES_MAX = 65_536;
const TAGS_MAX = 50;
const PAGE_DEFAULT = 100;

/** The secrets and their names, which a deletion keeps blocked for a while. */
function openShelf(context: MediaContext) {
  const { state } = context;
  const isForgotten = ({ deletedAtMs }: SecretRecord) =>
    deletedAtMs !== undefined && context.clock.now() - deletedAtMs >= context.durations.secretDeleteMs;

  return {
    /** Stores the secrets, without those whose names are free again. */
    async saved(): Promise<void> {
      for (const secret of Object.values(state.secrets)) if (isForgotten(secret)) delete state.secrets[secret.name];
      commit(context);
      await context.store.saved?.();
    },
    find(input: JsonBody): SecretRecord {
      const secretId = requiredString(input, 'SecretId');
      const known = lookUp(state.secrets, secretId);
      const secret = known ?? Object.values(state.secrets).find(({ arn }) => arn === secretId);
      if (secret === undefined || secret.deletedAtMs !== undefined) {
        throw new AwsFault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      }
      return secret;
    },
    /** Returns the secret that a repeated call made; null when the name is free. */
    requireNameFree(name: string, token: string, value: string): SecretRecord | null {
      const found = lookUp(state.secrets, name);
      if (found === undefined) return null;
      if (found.deletedAtMs !== undefined) {
        if (isForgotten(found)) return null;
        throw new AwsFault(
          'InvalidRequestException',
          "You can't create this secret because a secret with this name is already scheduled for deletion.",
        );
      }
      // A repeated call with the same token is the same call.
      if (found.versionId === token && found.value === value) return found;
      throw new AwsFault('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
    },
  };
}

/** Opens the endpoint on the state of the media services, which MediaConnect shares. */
export function createSecretsManager(context: MediaContext): LocalService {
  const { state } = context;
  const { saved, find, requireNameFree } = openShelf(context);

  return createJsonService({
    signingName: 'secretsmanager',
    client,
    targetPrefix: 'secretsmanager',
    version: '1.1',
    honours: HONOURED,
    operations: {
      async CreateSecret(input) {
        const name = requiredString(input, 'Name');
        if (!NAME.test(name)) throw invalid('Name must have 1 to 512 of the characters A-Z a-z 0-9 / _ + = . @ -');
        const token = readToken(input);
        const value = readValue(input);
        const known = requireNameFree(name, token, value);
        if (known) return answer(known);
        const tags = readTags(input['Tags']);
        const description = optionalString(input, 'Description');
        const arn = toArn('secretsmanager', `secret:${name}-${context.identifiers.hex(6)}`);
        const createdAtMs = context.clock.now();
        const secret = {
          arn,
          name,
          value,
          versionId: token,
          tags,
          createdAtMs,
          ...(description ? { description } : {}),
        };
        state.secrets[name] = secret;
        await saved();
        return answer(secret);
      },
      async PutSecretValue(input) {
        const secret = find(input);
        const token = readToken(input);
        const value = readValue(input);
        if (secret.versionId === token && secret.value !== value) {
          throw new AwsFault('ResourceExistsException', `A version with the token ${token} already exists.`);
        }
        Object.assign(secret, { value, versionId: token });
        await saved();
        return answer(secret);
      },
      DescribeSecret(input) {
        const secret = find(input);
        return { ...describe(secret), VersionIdsToStages: { [secret.versionId]: ['AWSCURRENT'] } };
      },
      async DeleteSecret(input) {
        if (optionalBoolean(input, 'ForceDeleteWithoutRecovery') !== true) {
          throw invalid('ForceDeleteWithoutRecovery must be true: this local endpoint keeps no deleted secret');
        }
        const secretId = requiredString(input, 'SecretId');
        const secret = Object.values(state.secrets).find(({ arn, name }) => arn === secretId || name === secretId);
        const nowMs = context.clock.now();
        // AWS reports a secret that does not exist as deleted, too.
        if (secret === undefined) return { Name: secretId, DeletionDate: nowMs / 1000 };
        const { name, arn, tags, createdAtMs, versionId } = secret;
        const deletedAtMs = secret.deletedAtMs ?? nowMs;
        state.secrets[name] = { name, arn, tags, createdAtMs, versionId, value: '', deletedAtMs };
        await saved();
        return { ARN: arn, Name: name, DeletionDate: deletedAtMs / 1000 };
      },
      ListSecrets(input) {
        const prefixes = readNameFilter(input['Filters']);
        const found = Object.values(state.secrets)
          .filter(({ deletedAtMs }) => deletedAtMs === undefined)
          .filter(({ name }) => prefixes === null || prefixes.some((prefix) => name.startsWith(prefix)));
        const limit = optionalInteger(input, 'MaxResults', 1, 100) ?? PAGE_DEFAULT;
        const { page, next } = cutPage(found, limit, optionalString(input, 'NextToken'), 'InvalidNextTokenException');
        return { SecretList: page.map(describe), ...(next === undefined ? {} : { NextToken: next }) };
      },
    },
  });
}

function invalid(message: string): AwsFault {
  return new AwsFault('InvalidParameterException', message);
}

function answer({ arn, name, versionId }: SecretRecord) {
  return { ARN: arn, Name: name, VersionId: versionId };
}

function describe({ arn, name, description, tags, createdAtMs }: SecretRecord) {
  return {
    ARN: arn,
    Name: name,
    ...(description === undefined ? {} : { Description: description }),
    CreatedDate: createdAtMs / 1000,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function readToken(input: JsonBody): string {
  const token = requiredString(input, 'ClientRequestToken');
  if (token.length < 32 || token.length > 64) throw invalid('ClientRequestToken must have 32 to 64 characters');
  return token;
}

function readValue(input: JsonBody): string {
  const value = optionalString(input, 'SecretString') ?? '';
  if (value === '' || Buffer.byteLength(value) > VALUE_BYTES_MAX) {
    throw invalid(`SecretString must have 1 to ${VALUE_BYTES_MAX} bytes`);
  }
  return value;
}

function readTags(given: unknown): Record<string, string> {
  if (given === undefined || given === null) return {};
  if (!Array.isArray(given) || given.length > TAGS_MAX) throw invalid(`Tags must be a list of at most ${TAGS_MAX}`);
  return Object.fromEntries(
    given.map((tag: { Key?: unknown; Value?: unknown } | null) => {
      if (typeof tag?.Key !== 'string' || typeof tag.Value !== 'string') throw invalid('a tag needs a Key and a Value');
      return [tag.Key, tag.Value];
    }),
  );
}

/** Returns the name prefixes to list; null for all. */
function readNameFilter(given: unknown): string[] | null {
  if (given === undefined || given === null) return null;
  const [filter, ...others] = Array.isArray(given) ? (given as { Key?: unknown; Values?: unknown }[]) : [];
  const values = filter?.Values;
  const isNames = filter?.Key === 'name' && Array.isArray(values) && values.every((each) => typeof each === 'string');
  if (!isNames || others.length > 0) throw invalid('Filters must be one filter by name: this endpoint has no other');
  return values as string[];
}
