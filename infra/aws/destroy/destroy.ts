import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import { MediaLiveClient } from '@aws-sdk/client-medialive';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readConfiguration, type Configuration } from '../configuration.ts';
import { stackName } from '../deployment.ts';
import { listMediaLeft, releaseMedia, type MediaResource } from './media-left.ts';

/**
 * Removes a deployment without leaving resources that cost (`npm run destroy`). CloudFormation does not know the
 * channels, and cannot delete an active flow, so this command lists those first and refuses while any exist.
 */

const HELP = `Removes a deployment from AWS. Refuses while its channels, inputs or active flow exist, because they would continue to cost.

  --environment NAME   file in infra/aws/environments (default dev)
  --release ID         first delete channels and inputs and stop the flow, including streams on air. ID is the deployment
                       id, to confirm that you mean this one
  --help               show this text

Order: first the control plane, so that it cannot restart a channel; then channels and inputs (stop, delete, confirm)
and the flow (stop); then everything else. With keepsData the data stack stays: table, keys, secrets, reports, users.`;

const ROOT = join(import.meta.dirname, '..', '..', '..');

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      environment: { type: 'string', default: 'dev' },
      release: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return (say(HELP), 0);
  const { environment, release } = values;
  const configuration = readConfiguration(environment);
  const { deploymentId } = configuration;
  if (release !== undefined && release !== deploymentId) {
    say(
      `--release ${release} is not the deployment id of ${environment}, which is ${deploymentId}: nothing was changed`,
    );
    return 2;
  }
  const config = configuration.region === undefined ? {} : { region: configuration.region };
  const clients = {
    mediaLive: new MediaLiveClient(config),
    mediaConnect: new MediaConnectClient(config),
    secretsManager: new SecretsManagerClient(config),
  };
  const deps = { clients, deployment: { deploymentId } };
  if (!(await clients.mediaLive.config.region().catch(() => null))) {
    say(`No Region is configured. Set region in infra/aws/environments/${environment}.json, or set AWS_REGION`);
    return 2;
  }
  const left = await listMediaLeft(deps);
  if (left.length > 0 && release === undefined) return (say(refusal(environment, deploymentId, left)), 1);
  if (!process.stdin.isTTY)
    throw new Error('This command asks for confirmation before it deletes stacks. Run it in a terminal.');
  if (left.length > 0) {
    // Stacks are deleted in the reverse order of deployment.
    const stacks = ['observability', 'control-plane'].map((stack) => stackName(environment, stack));
    const code = cdkDestroy(environment, ['--exclusively', ...stacks]);
    if (code !== 0) return code;
    await releaseMedia(deps, { sleep, onProgress: (now) => say(progress(now)) });
  }
  const stacks = stacksToRemove(environment, configuration);
  if (!(await isConfirmed(stacks))) return (say('Nothing was deleted.'), 1);
  const code = cdkDestroy(environment, stacks);
  if (code === 0) say(farewell(configuration));
  return code;
}

/**
 * Returns the names of the stacks to delete last. Leaves out a data stack that keeps its data: AWS protects it, and its
 * resources have names that a second stack could not use.
 */
export function stacksToRemove(environment: string, { keepsData, github, audience }: Configuration): string[] {
  const stacks = ['source', 'dashboard', 'control-plane', 'observability'];
  if (audience !== undefined) stacks.push('audience');
  if (!keepsData) stacks.unshift('data');
  if (github !== undefined) stacks.push('deploy-role');
  return stacks.map((stack) => stackName(environment, stack));
}

/** Asks for confirmation here because the CDK's command exits with the same code after yes and no. */
async function isConfirmed(stacks: readonly string[]): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Delete the stacks ${stacks.join(', ')}? (y/n) `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Runs the CDK's destroy command without its own question. */
function cdkDestroy(environment: string, args: string[]): number {
  const cdk = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const all = [cdk, 'destroy', '--force', ...args, '--context', `environment=${environment}`];
  return spawnSync(process.execPath, all, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

/** Returns the message that lists the remaining resources and both ways to continue. */
export function refusal(environment: string, deploymentId: string, left: readonly MediaResource[]): string {
  return [
    `${environment} has ${left.length} media resources that deleting the stacks would leave behind, and that continue to cost:`,
    '',
    ...left.map(
      ({ resource, resourceId, state, destinationId }) =>
        `  ${resource} ${resourceId} ${state}${destinationId === null ? '' : ` of ${destinationId}`}`,
    ),
    '',
    'Delete every destination and stop the source on the dashboard, then run this again with --release for the rest. Or run this now:',
    '',
    `  npm run destroy -- --environment ${environment} --release ${deploymentId}`,
    '',
    'It ends every stream on air. Nothing was changed.',
  ].join('\n');
}

function progress(left: readonly MediaResource[]): string {
  if (left.length === 0) return 'All channels and inputs are gone, and the flow is stopped.';
  return `remaining: ${left.map(({ resource, resourceId, state }) => `${resource} ${resourceId} ${state.toLowerCase()}`).join(', ')}`;
}

function farewell({ keepsData }: Configuration): string {
  if (!keepsData) return 'Everything was removed.';
  return 'Everything was removed except the data stack, which keeps table, keys, secrets, reports and users. RUNBOOK.md explains how to remove it too.';
}

function say(text: string): void {
  console.log(text);
}

if (import.meta.main) {
  main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 2;
    },
  );
}
