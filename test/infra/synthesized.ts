import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parseConfiguration, readConfiguration, type Configuration } from '../../infra/aws/configuration.ts';
import { addDeployment, type DeploymentStacks } from '../../infra/aws/deployment.ts';
import { ROOT } from '../../infra/aws/node-function.ts';
import { WATCH_FOLDER } from '../../infra/local/host/watch-folder.ts';
import { resolveIntrinsics, type Exports } from './resolve-intrinsics.ts';
import { sampleAttribute } from './sample-attributes.ts';

/**
 * Synthesizes the templates of a deployment like `cdk synth`, but without bundling and with made-up values in place of
 * those that CloudFormation fills in. Takes about a second, so synthesize once per test file.
 */

export interface TemplateResource {
  Type: string;
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

export type StackId = keyof DeploymentStacks;

export interface Synthesized {
  /** `audience` is absent while the configuration has none; only tests of it ask for it. */
  stacks: Required<DeploymentStacks>;
  template(stack: StackId): Template;
  /** Resources of one stack or of all, by logical id. */
  resources(type?: string, stack?: StackId): Record<string, TemplateResource>;
  /** Stack exports by export name. */
  exports: Exports;
  /** Resolves a value of a template to a sample value after deployment. */
  resolve(value: unknown, stack: StackId): unknown;
}

/** Returns the app's context, without which feature flags have old defaults. */
export function contextOf(): Record<string, unknown> {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  return { ...context, 'aws:cdk:bundling-stacks': [] };
}

/** Synthesizes the stacks of an environment, with optional changes to its configuration. */
export function synthesize(environment: string, over: Partial<Configuration> = {}): Synthesized {
  return synthesizeConfiguration(environment, { ...readConfiguration(environment), ...over });
}

/** Returns a change of an environment's configuration that adds a backup source. */
export function withBackup(environment: string): Pick<Configuration, 'source'> {
  const { source } = readConfiguration(environment);
  return { source: { ...source, backup: { port: 5001, allowedCidr: '203.0.113.0/24', anyAddressAllowed: false } } };
}

/** Returns a change of an environment's configuration that adds the public pages. */
export function withAudience(environment: string, audience: object = {}): Pick<Configuration, 'audience'> {
  return { audience: parseConfiguration({ ...readConfiguration(environment), audience }, 'test').audience };
}

/** Synthesizes the stacks of a configuration. */
function synthesizeConfiguration(environment: string, configuration: Configuration): Synthesized {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-synth-'));
  const dashboardDirectory = join(directory, 'dashboard');
  mkdirSync(dashboardDirectory);
  writeFileSync(join(dashboardDirectory, 'index.html'), '<!doctype html>');
  mkdirSync(join(dashboardDirectory, WATCH_FOLDER));
  writeFileSync(join(dashboardDirectory, WATCH_FOLDER, 'main-1a2b.js'), 'export {};');
  try {
    const app = new App({
      context: contextOf(),
      outdir: join(directory, 'out'),
      // Its findings are for people and it takes a while; `cdk synth` runs it.
      builtinCloudFormationValidation: false,
    });
    const stacks = addDeployment(app, { environment, configuration, dashboardDirectory });
    return describeStacks(stacks as Required<DeploymentStacks>);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function describeStacks(stacks: Required<DeploymentStacks>): Synthesized {
  const ids = Object.keys(stacks) as StackId[];
  const templates = new Map(ids.map((id) => [id, Template.fromStack(stacks[id])]));
  const template = (id: StackId) => templates.get(id)!;
  const resourcesOf = (id: StackId) => template(id).toJSON().Resources as Record<string, TemplateResource>;
  const idOf = new Map(ids.map((id) => [stacks[id].stackName, id]));
  const exports = new Map(ids.flatMap((id) => exportsOf(stacks[id].stackName, template(id))));
  return {
    stacks,
    template,
    exports,
    resources(type, stack) {
      const all = (stack ? [stack] : ids).flatMap((id) => Object.entries(resourcesOf(id)));
      return Object.fromEntries(all.filter(([, resource]) => type === undefined || resource.Type === type));
    },
    resolve: (value, stack) =>
      resolveIntrinsics(value, stacks[stack].stackName, { exports }, (stackName, logicalId, attribute) =>
        sampleAttribute(resourcesOf(idOf.get(stackName)!), logicalId, attribute),
      ),
  };
}

function exportsOf(stackName: string, template: Template): [string, { stack: string; value: unknown }][] {
  const outputs: Record<string, { Value: unknown; Export?: { Name: string } }> = template.toJSON().Outputs ?? {};
  return Object.values(outputs).flatMap(({ Value: value, Export: exported }) =>
    exported ? [[exported.Name, { stack: stackName, value }]] : [],
  );
}
