import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ArnPrincipal, CompositePrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type Function,
  type ILayerVersion,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { safeParse } from 'zod/mini';
import type { FunctionDefinition } from './functions.ts';
import { type DeploymentResources, toStatement } from './permission.ts';

/** Root of the repository. */
export const ROOT = join(import.meta.dirname, '..', '..');

export interface NodeFunctionProps<Resources = DeploymentResources> {
  deploymentId: string;
  /** Short name: `api`. */
  name: string;
  definition: FunctionDefinition<Resources>;
  /** Values of all variables. The function receives those its schema names. */
  variables: Readonly<Record<string, string>>;
  resources: Resources;
  logRetention: RetentionDays;
  /** Encrypts the variables where some are secret. */
  environmentKey?: IKey;
  /** Receives the asynchronous calls that failed for good. */
  deadLetters?: IQueue;
  layers?: ILayerVersion[];
  /** The only principal besides Lambda that may assume the role, for `npm run prove`. Undefined means Lambda only. */
  proofPrincipalArn: string | undefined;
}

/** Creates one function from its definition: bundle, role, log group, limits. */
export function createNodeFunction<Resources>(scope: Construct, props: NodeFunctionProps<Resources>): Function {
  const { deploymentId, name, definition } = props;
  const logGroup = new LogGroup(scope, `Log-${name}`, {
    logGroupName: `/sluice/${deploymentId}/${name}`,
    retention: props.logRetention,
    // Logs hold ids, never a stream key, so the service's default encryption is enough. Records and reports are kept
    // instead.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const made = new NodejsFunction(scope, `Function-${name}`, {
    functionName: `sluice-${deploymentId}-${name}`,
    description: definition.description,
    entry: entryOf(definition),
    projectRoot: ROOT,
    depsLockFilePath: join(ROOT, 'package-lock.json'),
    handler: 'handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: definition.memoryMb,
    timeout: definition.timeout,
    reservedConcurrentExecutions: definition.concurrency,
    environment: { ...variablesOf(props), ...LOGGING, POWERTOOLS_SERVICE_NAME: `sluice-${name}` },
    environmentEncryption: props.environmentKey,
    layers: props.layers,
    tracing: definition.isTraced === false ? Tracing.DISABLED : Tracing.ACTIVE,
    loggingFormat: LoggingFormat.JSON,
    logGroup,
    role: createRole(scope, props, logGroup),
    bundling: BUNDLING,
    ...(definition.asynchronousRetries === undefined || !props.deadLetters
      ? {}
      : {
          retryAttempts: definition.asynchronousRetries,
          // An older call is out of date: the schedule has run again since.
          maxEventAge: Duration.minutes(5),
          onFailure: new SqsDestination(props.deadLetters),
        }),
  });
  return made;
}

/**
 * Creates the role. It has no managed policy, because AWS's lets a function write to every log group of the account.
 */
function createRole<Resources>(scope: Construct, props: NodeFunctionProps<Resources>, logGroup: LogGroup): Role {
  const { name, definition, resources, proofPrincipalArn } = props;
  const lambda = new ServicePrincipal('lambda.amazonaws.com');
  const role = new Role(scope, `Role-${name}`, {
    description: `Permissions of the function ${name}`,
    assumedBy:
      proofPrincipalArn === undefined ? lambda : new CompositePrincipal(lambda, new ArnPrincipal(proofPrincipalArn)),
  });
  logGroup.grantWrite(role);
  for (const permission of definition.permissions(resources)) role.addToPolicy(toStatement(permission));
  return role;
}

const LOGGING = { POWERTOOLS_LOG_LEVEL: 'INFO', NODE_OPTIONS: '--enable-source-maps' };

/**
 * Bundling options. They include the SDK, so the version that runs is the tested one, and only the clients that the
 * entry point imports.
 */
export const BUNDLING = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  // State machines retry by error name, so minification must keep names.
  keepNames: true,
  sourceMap: true,
  sourcesContent: false,
  bundleAwsSDK: true,
  // A few packages are CommonJS inside and load Node's modules with require.
  banner: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
};

function entryOf({ entry }: Pick<FunctionDefinition, 'entry'>): string {
  const path = join(ROOT, entry);
  if (!existsSync(path)) throw new Error(`${entry} does not exist: correct infra/aws/functions.ts`);
  return path;
}

/**
 * Selects the variables that a function's schema names.
 * @throws {Error} when no stack provides a required one
 */
function variablesOf<Resources>(props: NodeFunctionProps<Resources>): Record<string, string> {
  const { name, definition, variables } = props;
  const chosen: Record<string, string> = {};
  for (const [variable, schema] of Object.entries(definition.environment.shape)) {
    const value = variables[variable];
    if (value !== undefined) chosen[variable] = value;
    else if (!safeParse(schema, undefined).success) throw new Error(`no stack provides ${variable} for ${name}`);
  }
  return chosen;
}
