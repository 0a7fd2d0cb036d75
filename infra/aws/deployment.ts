import { type App, Tags } from 'aws-cdk-lib';
import { DEPLOYMENT_TAG } from '../../functions/aws/names.ts';
import type { Configuration } from './configuration.ts';
import { AudienceStack } from './stacks/audience.ts';
import { ControlPlaneStack } from './stacks/control-plane.ts';
import { DashboardStack } from './stacks/dashboard.ts';
import { DataStack } from './stacks/data.ts';
import { DeployRoleStack } from './stacks/deploy-role.ts';
import { ObservabilityStack } from './stacks/observability.ts';
import { SourceStack } from './stacks/source.ts';

interface DeploymentInput {
  /** Name of the environment, part of every stack name. */
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
  /** Absent while the public pages are off. */
  audience?: AudienceStack;
}

/** Returns the name of a stack in AWS. @param stack for example `control-plane` */
export function stackName(environment: string, stack: string): string {
  return `sluice-${environment}-${stack}`;
}

/**
 * Adds the stacks of one deployment, split by lifetime and ordered by dependency. Every resource carries the tag by
 * which the code, the permissions and the budget recognize it.
 *
 * Stacks refer to each other through exports (`defaultCrossStackReferences` in cdk.json is `strong`), so CloudFormation
 * refuses to replace or remove a table, a key or a flow that a later stack still uses.
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
    ...props('data', 'records, keys, reports and users'),
    configuration,
  });
  const source = new SourceStack(app, id('source'), {
    ...props('source', 'the flow, the HLS preview and the resources shared by channels'),
    configuration,
    passphrase: data.passphrase,
    backupPassphrase: data.backupPassphrase,
    recordings: data.recordings,
    slates: data.reports,
  });
  const dashboard = new DashboardStack(app, id('dashboard'), {
    ...props('dashboard', 'the website, sign-in and HTTP API'),
    configuration,
    userPool: data.userPool,
    resourceServer: data.resourceServer,
    hlsUrl: source.hlsUrl,
    cdnIdentifier: source.cdnIdentifier,
    directory: dashboardDirectory,
  });
  const audience =
    configuration.audience &&
    new AudienceStack(app, id('audience'), {
      ...props('audience', 'the public pages'),
      configuration: { ...configuration, audience: configuration.audience },
      data,
      source,
      directory: dashboardDirectory,
    });
  const controlPlane = new ControlPlaneStack(app, id('control-plane'), {
    ...props('control-plane', 'functions, state machines and schedules'),
    configuration,
    data,
    source,
    dashboard,
    ...(audience && { audienceHost: audience.publicHost }),
  });
  const observability = new ObservabilityStack(app, id('observability'), {
    ...props('observability', 'alarms, budgets and the CloudWatch dashboard'),
    configuration,
    watched: {
      flowArn: source.flowArn,
      packageChannelId: source.packageChannelId,
      api: dashboard.httpApi,
      ...(audience && { audienceApi: audience.httpApi }),
      table: data.table,
      stateMachines: controlPlane.stateMachines,
      alertingMachines: {
        incident: controlPlane.incidentMachine,
        delivery: controlPlane.deliveryMachine,
        show: controlPlane.showMachine,
        slate: controlPlane.slateMachine,
        group: controlPlane.groupMachine,
      },
      functions: { ...controlPlane.functions, ...(audience && { audience: audience.function }) },
      deadLetterQueues: controlPlane.deadLetterQueues,
    },
    logs: {
      monitor: controlPlane.functions.monitor.logGroup,
      sweep: controlPlane.functions.sweep.logGroup,
      api: dashboard.apiAccessLog,
    },
  });
  const stacks = { data, source, dashboard, controlPlane, observability, ...(audience && { audience }) };
  for (const [component, stack] of Object.entries(stacks)) {
    // CloudFormation cannot tag dashboards in every Region, and a dashboard has no cost to allocate by tag.
    const exceptDashboards = { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] };
    Tags.of(stack).add(DEPLOYMENT_TAG, deploymentId, exceptDashboards);
    // Splits the bill by component.
    Tags.of(stack).add('sluice:component', component, exceptDashboards);
  }
  if (configuration.github) {
    const deployRole = new DeployRoleStack(app, id('deploy-role'), {
      ...props('deploy-role', 'the role GitHub Actions deploys with'),
      ...configuration.github,
      environment,
      stackNames: [...Object.values(stacks).map((stack) => stack.stackName), id('deploy-role')],
    });
    Tags.of(deployRole).add(DEPLOYMENT_TAG, deploymentId);
  }
  return stacks;
}
