import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** What a permission is, and the resources that permissions name. */

/** ARNs and names of the resources the stacks create, as tokens. */
export interface DeploymentResources {
  partition: string;
  region: string;
  account: string;
  deploymentId: string;
  tableArn: string;
  streamKeysKeyArn: string;
  operationsKeyArn: string;
  reportBucketArn: string;
  recordingBucketArn: string;
  harvestRoleArn: string;
  flowArn: string;
  inputSecurityGroupArn: string;
  mediaLiveRoleArn: string;
  flowRoleArn: string;
  packageChannelArn: string;
  fingerprintSecretArn: string;
  userPoolArn: string;
  /** SNS topic of the e-mail notifications. */
  notificationTopicArn: string;
  /** Secret with the private key that signs the cookies of the preview. */
  previewKeySecretArn: string;
  /** Unqualified ARNs of the state machines, without that of the slate. */
  stateMachineArns: readonly string[];
  /** The machine that stops a destination. */
  stopMachineArn: string;
  incidentMachineArn: string;
  deliveryMachineArn: string;
  recordingMachineArn: string;
  /** Only the API starts it. */
  slateMachineArn: string;
  /** The alias by which operations are started. */
  stateMachineAlias: string;
  /** False leaves out the conditions on the tags of MediaLive resources, for Regions that do not evaluate them. */
  tagConditions: boolean;
  flowOutputPermission: FlowOutputPermission;
}

/**
 * Limits of AddFlowOutputs and RemoveFlowOutput: `flow` by the ARN of the flow, for outputs of any name; `named` by the
 * name of the output as well; `any` no limit, for Regions where these actions have no resource-level permissions.
 */
export const FLOW_OUTPUT_PERMISSIONS = ['flow', 'named', 'any'] as const;

/** One of `FLOW_OUTPUT_PERMISSIONS`. */
export type FlowOutputPermission = (typeof FLOW_OUTPUT_PERMISSIONS)[number];

/** One statement of a policy, before conversion to IAM's form. */
export interface Permission {
  actions: readonly string[];
  resources: readonly string[];
  conditions?: Record<string, Record<string, string | readonly string[]>>;
  /** Why the resources cannot be listed individually. Required if one has a wildcard. */
  wildcardReason?: string;
}

/** Converts a permission to IAM's form. */
export function toStatement({ actions, resources, conditions }: Permission): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources], conditions });
}

/** Why a resource is a wildcard. */
export const NO_RESOURCE_LEVEL = 'AWS gives this action no resource-level permission';
