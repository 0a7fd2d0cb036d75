import { join } from 'node:path';
import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { KeyGroup, PublicKey } from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { BUNDLING, ROOT } from '../node-function.ts';

/** What CloudFront and the API need so that CloudFront accepts the API's cookies. */
export interface PreviewKeys {
  /** Accepted keys: this version's and the previous one's. */
  keyGroup: KeyGroup;
  /** CloudFront's id of the public key that matches the API's private key. */
  keyPairId: string;
  /** Holds the private key as PEM. */
  privateKey: Secret;
}

interface PreviewKeysProps {
  name: string;
  /** What the cookies open, for descriptions: `the HLS preview`. */
  purpose: string;
  /** Increase it by one to replace the keys. */
  version: number;
  logRetention: RetentionDays;
}

/**
 * Creates the key pairs that sign the preview's cookies. A small function generates each pair during a deployment and
 * keeps the private key in Secrets Manager, so no template, output, log or variable ever holds it.
 *
 * CloudFront cannot change a public key, so each version has its own pair and secret. The previous pair stays accepted,
 * so a rotation locks no browser out: browsers hold cookies signed with it, and the API signs with it until it is
 * deployed.
 */
export function createPreviewKeys(scope: Construct, props: PreviewKeysProps): PreviewKeys {
  const { name, version } = props;
  const maker = createMaker(scope, props);
  const pairs = [version, version - 1]
    .filter((each) => each >= 1)
    .map((each) => createPair(scope, props, { version: each, maker }));
  const [{ publicKey, privateKey }] = pairs as [Pair, ...Pair[]];
  const keyGroup = new KeyGroup(scope, 'PreviewKeyGroup', {
    keyGroupName: `${name}-preview-${Stack.of(scope).region}`,
    comment: `Signs the cookies of ${props.purpose}`,
    items: pairs.map((pair) => pair.publicKey),
  });
  return { keyGroup, keyPairId: publicKey.publicKeyId, privateKey };
}

interface Pair {
  publicKey: PublicKey;
  privateKey: Secret;
}

function createPair(
  scope: Construct,
  { name, purpose }: PreviewKeysProps,
  { version, maker }: { version: number; maker: NodejsFunction },
): Pair {
  const privateKey = new Secret(scope, `PreviewPrivateKey${version}`, {
    description: `Signs the cookies of ${purpose} of ${name}, version ${version}`,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  maker.addToRolePolicy(
    new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
      resources: [privateKey.secretArn],
    }),
  );
  const keyPair = new CustomResource(scope, `PreviewKeyPair${version}`, {
    resourceType: 'Custom::PreviewKeyPair',
    serviceToken: maker.functionArn,
    serviceTimeout: Duration.minutes(5),
    properties: { SecretArn: privateKey.secretArn },
  });
  // The function must be able to read and write the secret before it is called.
  keyPair.node.addDependency(maker.role!);
  const publicKey = new PublicKey(scope, `PreviewPublicKey${version}`, {
    publicKeyName: `${name}-preview-${Stack.of(scope).region}-${version}`,
    comment: `Cookies of ${purpose} of ${name}`,
    encodedKey: keyPair.getAttString('PublicKey'),
  });
  return { publicKey, privateKey };
}

function createMaker(scope: Construct, { name, purpose, logRetention }: PreviewKeysProps): NodejsFunction {
  const logGroup = new LogGroup(scope, 'PreviewKeysLog', {
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, 'PreviewKeysRole', {
    description: 'Permissions of the function that creates the preview keys',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  return new NodejsFunction(scope, 'PreviewKeysFunction', {
    functionName: `${name}-preview-keys`,
    description: `Creates the keys that sign the cookies of ${purpose}, during a deployment.`,
    entry: join(ROOT, 'infra', 'aws', 'preview-keys', 'handler.ts'),
    projectRoot: ROOT,
    depsLockFilePath: join(ROOT, 'package-lock.json'),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 512,
    timeout: Duration.seconds(60),
    loggingFormat: LoggingFormat.JSON,
    logGroup,
    role,
    bundling: BUNDLING,
  });
}
