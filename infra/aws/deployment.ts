import { type App, Tags } from 'aws-cdk-lib';
import { DEPLOYMENT_TAG } from '../../functions/aws/names.ts';
import type { Configuration } from './configuration.ts';
import { ControlPlaneStack } from './stacks/control-plane.ts';
import { DashboardStack } from './stacks/dashboard.ts';
import { DataStack } from './stacks/data.ts';
import { DeployRoleStack } from './stacks/deploy-role.ts';
import { ObservabilityStack } from './stacks/observability.ts';
import { SourceStack } from './stacks/source.ts';

interface DeploymentInput {
  /** Name of the environment, part of every stack's name. */
  environment: string;
  configuration: Configuration;
  /** Directory of the built dashboard. */
  dashboardDirectory: string;
}

export interface DeploymentStacks {
  data: DataStack;
  source: SourceStack;
  dashboard: DashboardStack;
  controlPlane: ControlPlaneStack;
  observability: ObservabilityStack;
}

/** Name of a stack in AWS. @param stack `control-plane` and the like */
export function stackName(environment: string, stack: string): string {
  return `sluice-${environment}-${stack}`;
}

/**
 * Adds the stacks of one deployment, cut by lifetime and in the order in which each needs the ones before. Everything
 * in them carries the tag by which our code, our permissions and the budget know it.
 *
 * What one stack needs of another is an export (`defaultCrossStackReferences` in cdk.json is `strong`): CloudFormation
 * then refuses to replace or remove a table, a key or a flow that a stack after it still uses.
 */
export function addDeployment(
  app: App,
  { environment, configuration, dashboardDirectory }: DeploymentInput,
): DeploymentStacks {
  const { deploymentId, account, region } = configuration;
  const props = (stack: string, description: string) => ({
    stackName: stackName(environment, stack),
    description: `Sluice ${deploymentId}: ${description}`,
    env: { account, region },
    terminationProtection: configuration.keepsData && stack === 'data',
  });
  const id = (stack: string) => stackName(environment, stack);
  const data = new DataStack(app, id('data'), {
    ...props('data', 'records, keys, reports, people'),
    configuration,
  });
  const source = new SourceStack(app, id('source'), {
    ...props('source', 'the flow, the preview, what channels need'),
    configuration,
    passphrase: data.passphrase,
  });
  const dashboard = new DashboardStack(app, id('dashboard'), {
    ...props('dashboard', 'what a browser meets'),
    configuration,
    userPool: data.userPool,
    resourceServer: data.resourceServer,
    hlsUrl: source.hlsUrl,
    cdnIdentifier: source.cdnIdentifier,
    directory: dashboardDirectory,
  });
  const controlPlane = new ControlPlaneStack(app, id('control-plane'), {
    ...props('control-plane', 'functions, state machines, schedules'),
    configuration,
    data,
    source,
    dashboard,
  });
  const observability = new ObservabilityStack(app, id('observability'), {
    ...props('observability', 'who learns of what'),
    configuration,
    watched: {
      flowArn: source.flowArn,
      packageChannelId: source.packageChannelId,
      api: dashboard.httpApi,
      table: data.table,
      stateMachines: controlPlane.stateMachines,
      functions: controlPlane.functions,
      deadLetterQueues: controlPlane.deadLetterQueues,
    },
    logs: {
      monitor: controlPlane.functions.monitor.logGroup,
      sweep: controlPlane.functions.sweep.logGroup,
      api: dashboard.apiAccessLog,
    },
  });
  const stacks = { data, source, dashboard, controlPlane, observability };
  for (const [component, stack] of Object.entries(stacks)) {
    // CloudFormation knows no tags of dashboards in every Region, and a dashboard costs nothing by its tag.
    const exceptDashboards = { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] };
    Tags.of(stack).add(DEPLOYMENT_TAG, deploymentId, exceptDashboards);
    // By which the bill can be split.
    Tags.of(stack).add('sluice:component', component, exceptDashboards);
  }
  if (configuration.github) {
    const deployRole = new DeployRoleStack(app, id('deploy-role'), {
      ...props('deploy-role', 'what GitHub Actions deploys with'),
      ...configuration.github,
      environment,
      stackNames: [...Object.values(stacks).map((stack) => stack.stackName), id('deploy-role')],
    });
    Tags.of(deployRole).add(DEPLOYMENT_TAG, deploymentId);
  }
  return stacks;
}
