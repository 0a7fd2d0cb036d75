import { CHANNEL_LOG_GROUP, DEPLOYMENT_TAG, secretNamePrefix } from '../../functions/aws/names.ts';
import { type DeploymentResources, NO_RESOURCE_LEVEL, type Permission } from './permission.ts';

/** Permissions on MediaConnect, MediaLive, MediaPackage and what belongs to their resources. */

/** Lets a function that reads the flow's egress address add it to the input security group. */
export function egressRules({ inputSecurityGroupArn }: DeploymentResources): Permission {
  return {
    actions: ['medialive:DescribeInputSecurityGroup', 'medialive:UpdateInputSecurityGroup'],
    resources: [inputSecurityGroupArn],
  };
}

/** Lets a function read channels and inputs. The answers hold stream keys. */
export function mediaLiveReads(resources: DeploymentResources): Permission[] {
  return [
    {
      actions: ['medialive:ListChannels', 'medialive:ListInputs'],
      resources: ['*'],
      wildcardReason: NO_RESOURCE_LEVEL,
    },
    {
      actions: ['medialive:DescribeChannel', 'medialive:DescribeInput'],
      resources: [mediaLive(resources, 'channel:*'), mediaLive(resources, 'input:*')],
      wildcardReason: 'AWS assigns the id; a deleted resource has no tags, and its absence must still be readable',
    },
  ];
}

/** Lets a function create channels and inputs that carry the tag of the deployment. */
export function mediaLiveCreates(resources: DeploymentResources): Permission[] {
  const made = [mediaLive(resources, 'channel:*'), mediaLive(resources, 'input:*')];
  const conditions = { StringEquals: { [`aws:RequestTag/${DEPLOYMENT_TAG}`]: resources.deploymentId } };
  const wildcardReason = 'AWS assigns the id on creation; the request must carry our tag';
  return [
    {
      actions: ['medialive:CreateChannel', 'medialive:CreateInput'],
      resources: [...made, resources.inputSecurityGroupArn],
      conditions,
      wildcardReason,
    },
    { actions: ['medialive:CreateTags'], resources: made, conditions, wildcardReason },
    {
      actions: ['iam:PassRole'],
      resources: [resources.mediaLiveRoleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'medialive.amazonaws.com' } },
    },
  ];
}

/**
 * Lets a function change the outputs of our flow. Before 2026 the Service Authorization Reference listed no resource
 * for these actions, and a policy with an ARN never matches an action without resource-level permissions.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselementalmediaconnect.html
 */
export function flowOutputs(resources: DeploymentResources, actions: readonly string[]): Permission {
  const { partition, region, account, deploymentId, flowArn, flowOutputPermission } = resources;
  const output = (name: string) => `arn:${partition}:mediaconnect:${region}:${account}:output:*:${name}`;
  switch (flowOutputPermission) {
    case 'flow':
      return {
        actions,
        resources: [flowArn, output('*')],
        wildcardReason:
          'AWS assigns the id of an output, and may authorize the call before it knows the name; the flow is the limit',
      };
    case 'named':
      return {
        actions,
        resources: [flowArn, output(`sluice-${deploymentId}-*`)],
        wildcardReason: 'AWS assigns the id of an output; we choose the name that ends the ARN',
      };
    case 'any':
      return {
        actions,
        resources: ['*'],
        wildcardReason:
          'flowOutputPermission is any: MediaConnect has no resource-level permissions for this action in this Region',
      };
  }
}

/**
 * The secrets with the passphrases of SRT destinations: the workflow writes them and cannot read them, MediaConnect
 * reads them with the flow's role.
 */
export function passphraseSecrets(resources: DeploymentResources): Permission[] {
  const secrets = passphraseSecretArns(resources);
  return [
    {
      actions: ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue', 'secretsmanager:DeleteSecret'],
      ...secrets,
    },
    {
      actions: ['secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
      ...secrets,
      conditions: { StringEquals: { [`aws:RequestTag/${DEPLOYMENT_TAG}`]: resources.deploymentId } },
    },
    {
      actions: ['iam:PassRole'],
      resources: [resources.flowRoleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'mediaconnect.amazonaws.com' } },
    },
  ];
}

/** Names the secrets that hold passphrases of this deployment. */
export function passphraseSecretArns({
  partition,
  region,
  account,
  deploymentId,
}: DeploymentResources): Pick<Permission, 'resources' | 'wildcardReason'> {
  return {
    resources: [`arn:${partition}:secretsmanager:${region}:${account}:secret:${secretNamePrefix({ deploymentId })}*`],
    wildcardReason: 'a secret is named after its destination, and AWS ends its ARN with six characters',
  };
}

/** MediaPackage copies recordings with the harvest role. */
export function harvestJobs({ harvestRoleArn }: DeploymentResources): Permission[] {
  return [
    {
      actions: ['mediapackage:CreateHarvestJob', 'mediapackage:DescribeHarvestJob', 'mediapackage:ListOriginEndpoints'],
      resources: ['*'],
      wildcardReason: NO_RESOURCE_LEVEL,
    },
    {
      actions: ['iam:PassRole'],
      resources: [harvestRoleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'mediapackage.amazonaws.com' } },
    },
  ];
}

/** Lets a function show and remove the slate over the output of our channels. The answers hold no stream key. */
export function schedules(resources: DeploymentResources): Permission {
  return { actions: ['medialive:BatchUpdateSchedule', 'medialive:DescribeSchedule'], ...onOurMedia(resources) };
}

/** Lets a function read metrics of CloudWatch. */
export function metrics(): Permission {
  return { actions: ['cloudwatch:GetMetricData'], resources: ['*'], wildcardReason: NO_RESOURCE_LEVEL };
}

/** Channels of an account log to one group, whose name MediaLive chooses. */
export function channelLogs({ partition, region, account }: DeploymentResources): Permission {
  return {
    actions: ['logs:GetLogEvents'],
    resources: [`arn:${partition}:logs:${region}:${account}:log-group:${CHANNEL_LOG_GROUP}:log-stream:*`],
    wildcardReason: 'a log stream is named after its channel, whose id AWS assigns',
  };
}

/**
 * Channels and inputs of this deployment. Without tag conditions the policy also covers those of others. The protection
 * is then our own code: the sweep and the workflow find a channel or an input by the id in a record or by our tags, and
 * compare the tags before they stop or delete anything they did not record.
 */
export function onOurMedia(
  resources: DeploymentResources,
): Pick<Permission, 'resources' | 'conditions' | 'wildcardReason'> {
  const { deploymentId, tagConditions } = resources;
  const media = [mediaLive(resources, 'channel:*'), mediaLive(resources, 'input:*')];
  if (!tagConditions) {
    return {
      resources: media,
      wildcardReason: 'tagConditions is false: AWS assigns the id, and the functions check the tags before they act',
    };
  }
  return {
    resources: media,
    conditions: { StringEquals: { [`aws:ResourceTag/${DEPLOYMENT_TAG}`]: deploymentId } },
    wildcardReason: 'AWS assigns the id on creation; the condition on our tag is the limit',
  };
}

function mediaLive({ partition, region, account }: DeploymentResources, resource: string): string {
  return `arn:${partition}:medialive:${region}:${account}:${resource}`;
}
