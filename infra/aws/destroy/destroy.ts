import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import { MediaLiveClient } from '@aws-sdk/client-medialive';
import { readConfiguration, type Configuration } from '../configuration.ts';
import { stackName } from '../deployment.ts';
import { listMediaLeft, releaseMedia, type MediaResource } from './media-left.ts';

/**
 * `npm run destroy`: the way to remove a deployment without leaving anything that costs. CloudFormation knows the stacks
 * and not the channels, and cannot delete a flow that is on, so this looks for those first, and refuses while there are
 * any.
 */

const HELP = `Removes a deployment from AWS. It refuses while channels or inputs of it exist, or its flow is on: they would go on costing.

  --environment NAME   which file of infra/aws/environments (default dev)
  --release ID         take channels and inputs down and stop the flow first, streams on air included; ID is the deployment
                       id, as a proof that you mean this one
  --help               this text

In order: the control plane goes first, so that nothing starts a channel again; then channels and inputs, stopped,
deleted and seen gone, and the flow stopped; then everything else. With keepsData the data stack stays: table, keys,
secrets, reports, users.`;

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
    say(`--release ${release} is not the deployment id of ${environment}, which is ${deploymentId}: nothing was done`);
    return 2;
  }
  const config = configuration.region === undefined ? {} : { region: configuration.region };
  const clients = { mediaLive: new MediaLiveClient(config), mediaConnect: new MediaConnectClient(config) };
  const deps = { clients, deployment: { deploymentId } };
  if (!(await clients.mediaLive.config.region().catch(() => null))) {
    say(`no Region is configured: set region in infra/aws/environments/${environment}.json, or set AWS_REGION`);
    return 2;
  }
  const left = await listMediaLeft(deps);
  if (left.length > 0 && release === undefined) return (say(refusal(environment, deploymentId, left)), 1);
  if (!process.stdin.isTTY) throw new Error('it asks before it deletes stacks: run it in a terminal');
  if (left.length > 0) {
    // Bottom up: what is deployed last goes first.
    const stacks = ['observability', 'control-plane'].map((stack) => stackName(environment, stack));
    const code = cdkDestroy(environment, ['--exclusively', ...stacks]);
    if (code !== 0) return code;
    await releaseMedia(deps, { sleep, onProgress: (now) => say(progress(now)) });
  }
  const stacks = stacksToRemove(environment, configuration);
  if (!(await isConfirmed(stacks))) return (say('They were left as they are.'), 1);
  const code = cdkDestroy(environment, stacks);
  if (code === 0) say(farewell(configuration));
  return code;
}

/**
 * The stacks to delete in the end. A data stack that keeps its data is not among them: AWS protects it, and what it holds
 * has names that a stack made anew could not take.
 */
export function stacksToRemove(environment: string, { keepsData, github }: Configuration): string[] {
  const stacks = ['source', 'dashboard', 'control-plane', 'observability'];
  if (!keepsData) stacks.unshift('data');
  if (github !== undefined) stacks.push('deploy-role');
  return stacks.map((stack) => stackName(environment, stack));
}

/** Asks here and not in the CDK's command, which ends alike after a yes and after a no. */
async function isConfirmed(stacks: readonly string[]): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Delete the stacks ${stacks.join(', ')}? (y/n) `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Runs the CDK's own command, which is told not to ask. */
function cdkDestroy(environment: string, args: string[]): number {
  const cdk = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const all = [cdk, 'destroy', '--force', ...args, '--context', `environment=${environment}`];
  return spawnSync(process.execPath, all, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

/** What stands in the way, and both ways on. */
export function refusal(environment: string, deploymentId: string, left: readonly MediaResource[]): string {
  return [
    `${environment} has ${left.length} media resources that go on costing and that deleting the stacks would not end:`,
    '',
    ...left.map(
      ({ resource, resourceId, state, destinationId }) =>
        `  ${resource} ${resourceId} ${state}${destinationId === null ? '' : ` of ${destinationId}`}`,
    ),
    '',
    'Delete every destination and stop the source on the dashboard and run this again with --release for what is left, or at once with',
    '',
    `  npm run destroy -- --environment ${environment} --release ${deploymentId}`,
    '',
    'which takes what is on air off the air. Nothing was changed.',
  ].join('\n');
}

function progress(left: readonly MediaResource[]): string {
  if (left.length === 0) return 'no channel and no input is left, and the flow is off';
  return `left: ${left.map(({ resource, resourceId, state }) => `${resource} ${resourceId} ${state.toLowerCase()}`).join(', ')}`;
}

function farewell({ keepsData }: Configuration): string {
  if (!keepsData) return 'Everything is removed.';
  return 'Everything is removed but the data stack, kept on purpose with table, keys, secrets, reports and users: RUNBOOK.md says how to remove it too.';
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
