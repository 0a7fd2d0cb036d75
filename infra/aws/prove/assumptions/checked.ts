import type { Assumption } from '../assumption.ts';

const PERMISSIONS = 'infra/aws/permissions.ts';
const MEDIA = 'infra/aws/media-permissions.ts';

/** What a check of `npm run prove` decides. */
export const CHECKED = {
  'AWS-01': {
    assumption: 'MediaConnect accepts an SRT passphrase for a source without an encryption algorithm.',
    source: 'CloudFormation reference, AWS::MediaConnect::Flow Encryption: leave the algorithm blank for SRT passwords',
    dependsOn: 'infra/aws/stacks/source.ts (decryption)',
    decidedBy: 'deployed',
    change: 'infra/aws/stacks/source.ts, decryption: set the algorithm that the stack event requires',
  },
  'AWS-02': {
    assumption: 'A flow has its egress address before its first start.',
    source: 'unproven; the CDK’s integration test reads it during a deployment',
    dependsOn: 'infra/aws/stacks/source.ts (inputSecurityGroup)',
    decidedBy: 'deployed',
    change:
      'infra/aws/stacks/source.ts: create the input security group with a placeholder rule, the workflow replaces it',
  },
  'AWS-03': {
    assumption: 'This account may create MediaPackage v1 channels.',
    source: 'unproven; AWS has announced no end of v1, and only the account can show it',
    dependsOn: 'infra/aws/stacks/source.ts (createPackage), functions/aws/package-channel.ts',
    decidedBy: 'deployed',
    change: 'ask AWS Support to open MediaPackage v1 for the account, or move the preview to MediaPackage v2',
  },
  'AWS-04': {
    assumption: 'X-Forwarded-Host, set by the CloudFront function, reaches the API behind API Gateway.',
    source: 'unproven; common practice with the origin request policy AllViewerExceptHostHeader',
    dependsOn: 'functions/api/http/request-guards.ts, infra/aws/stacks/dashboard-api-request.js',
    decidedBy: 'forwarded-host',
    change: 'nothing breaks: PUBLIC_HOST decides which host is the dashboard’s, and the API only logs the header',
  },
  'AWS-05': {
    assumption: 'The workflow’s role may create an input that carries the deployment’s tag.',
    source: 'Service Authorization Reference, MediaLive: aws:RequestTag on CreateInput',
    dependsOn: `${MEDIA} (mediaLiveCreates)`,
    decidedBy: 'inputs',
    change: `${MEDIA}, mediaLiveCreates: drop the condition on aws:RequestTag from the denied action`,
  },
  'AWS-06': {
    assumption: 'The workflow’s role may not create an input without the deployment’s tag.',
    source: 'Service Authorization Reference, MediaLive: aws:RequestTag on CreateInput',
    dependsOn: `${MEDIA} (mediaLiveCreates)`,
    decidedBy: 'inputs',
    change: 'nothing breaks, but the condition protects nothing: say so in infra/aws/media-permissions.ts',
  },
  'AWS-07': {
    assumption: 'The workflow’s role may delete an input under the condition on its tag.',
    source: 'contradictory: the Service Authorization Reference lists aws:ResourceTag, the 2022 user guide denies it',
    dependsOn: `${PERMISSIONS} (workflowPermissions, sweepPermissions)`,
    decidedBy: 'inputs',
    change: 'set tagConditions to false in the environment file; the code checks the tags before each deletion',
  },
  'AWS-08': {
    assumption: 'The workflow’s role may not delete an input without the deployment’s tag.',
    source: 'contradictory: the Service Authorization Reference lists aws:ResourceTag, the 2022 user guide denies it',
    dependsOn: `${MEDIA} (onOurMedia)`,
    decidedBy: 'inputs',
    change: 'give the deployment a separate account: the role could delete inputs of others',
  },
  'AWS-09': {
    assumption: 'MediaLive refuses a MediaPackage output without width and height as invalid.',
    source: 'MediaLive user guide, mediapackage-encode-packaging: the group does not support blank fields',
    dependsOn: 'functions/aws/channel-request.ts, infra/aws/configuration.ts (primaryEncodings)',
    decidedBy: 'package-channel',
    change: 'nothing breaks; the encoding "source" could be allowed for the preview in infra/aws/configuration.ts',
  },
  'AWS-10': {
    assumption: 'MediaLive accepts the preview’s channel at 720p30 with the deployed media role.',
    source: 'MediaLive API reference, CreateChannel; every value was checked against the public model only',
    dependsOn: 'functions/aws/channel-request.ts (packageEncoderSettings), infra/aws/stacks/source.ts (MediaLiveRole)',
    decidedBy: 'package-channel',
    change: 'functions/aws/channel-request.ts: correct the setting that the refusal names',
  },
  'AWS-11': {
    assumption: 'A channel keeps the maintenance window it was created with.',
    source: 'MediaLive API reference, MaintenanceCreateSettings',
    dependsOn: 'functions/aws/channel-request.ts (Maintenance)',
    decidedBy: 'package-channel',
    change: 'functions/aws/channel-request.ts: send the window in the form DescribeChannel returns',
  },
  'AWS-12': {
    assumption: 'The workflow’s role may update and delete a channel under the condition on its tag.',
    source: 'contradictory: the Service Authorization Reference lists aws:ResourceTag, the 2022 user guide denies it',
    dependsOn: `${PERMISSIONS} (workflowPermissions, sweepPermissions)`,
    decidedBy: 'package-channel',
    change: 'set tagConditions to false in the environment file; the code checks the tags before each deletion',
  },
  'AWS-13': {
    assumption: 'An input beyond the quota is refused with an error that the code recognizes as a quota.',
    source: 'unproven; no public text names the error',
    dependsOn: 'functions/aws/aws-errors.ts (awsErrorKind)',
    decidedBy: 'input-quota',
    change: 'functions/aws/aws-errors.ts: map the observed name and message to the kind "quota"',
  },
  'AWS-14': {
    assumption: 'The API’s role may start and stop the flow with a permission that names the flow’s ARN.',
    source: 'unproven; MediaConnect had no resource-level permissions until 2026',
    dependsOn: `${PERMISSIONS} (apiPermissions)`,
    decidedBy: 'flow-restart',
    change: `${PERMISSIONS}, apiPermissions: allow the MediaConnect actions on "*"`,
  },
  'AWS-15': {
    assumption: 'A flow keeps its egress address across a stop and a start.',
    source: 'unproven; the product follows a new address; this shows how often it has to',
    dependsOn: 'functions/aws/input-security-group.ts',
    decidedBy: 'flow-restart',
    change:
      'nothing in the code: flow events and the sweep allow the new address; expect every stream to pause for seconds after the flow restarts',
  },
  'AWS-16': {
    assumption: 'DescribeFlowSourceMetadata answers for a flow in STANDBY without an error.',
    source: 'unproven',
    dependsOn: 'functions/workflow/channel-target.ts, functions/aws/flow.ts (describeSourceMedia)',
    decidedBy: 'flow-restart',
    change:
      'nothing if the error is a BadRequestException; else functions/aws/flow.ts, describeSourceMedia: treat the observed error as "source unknown"',
  },
  'AWS-17': {
    assumption: 'DescribeFlowSourceMetadata answers for an active flow without an encoder, and lists no program.',
    source: 'unproven',
    dependsOn: 'functions/aws/flow.ts (describeSourceMedia)',
    decidedBy: 'source-metadata',
    change: 'functions/aws/flow.ts, describeSourceMedia: treat the observed answer as "no encoder"',
  },
  'AWS-18': {
    assumption: 'The frame rate of the source’s metadata is a decimal number or a fraction.',
    source: 'unproven; the API reference says string',
    dependsOn: 'functions/aws/flow.ts (parseFrameRate)',
    decidedBy: 'source-metadata',
    change: 'functions/aws/flow.ts, parseFrameRate: parse the observed text',
  },
  'AWS-19': {
    assumption:
      'The workflow’s role may add and remove flow outputs with a permission that names the ARNs of the flow and its outputs.',
    source: 'unproven; MediaConnect had no resource-level permissions until 2026',
    dependsOn: `${MEDIA} (flowOutputs)`,
    decidedBy: 'flow-outputs',
    change: 'set flowOutputPermission to any in the environment file',
  },
  'AWS-20': {
    assumption:
      'If MediaConnect refuses one of two outputs added at once, it answers BadRequestException, and the output can be added later.',
    source: 'unproven; the model of AddFlowOutputs has no conflict error',
    dependsOn: 'functions/workflow/ensure.ts, functions/aws/aws-errors.ts',
    decidedBy: 'flow-outputs',
    change: 'functions/aws/aws-errors.ts: map the observed error to a kind that the workflow retries',
  },
  'AWS-21': {
    assumption: 'A flow that is UPDATING refuses another change with BadRequestException.',
    source: 'unproven; the model of AddFlowOutputs has no conflict error',
    dependsOn: 'functions/workflow/ensure.ts, functions/workflow/release.ts, functions/aws/flow.ts (isFlowUp)',
    decidedBy: 'flow-outputs',
    change: 'functions/workflow/ensure.ts and release.ts: wait on the observed error',
  },
  'AWS-22': {
    assumption: 'The workflow’s role may start and stop a channel under the condition on its tag.',
    source: 'contradictory: the Service Authorization Reference lists aws:ResourceTag, the 2022 user guide denies it',
    dependsOn: `${PERMISSIONS} (workflowPermissions, sweepPermissions)`,
    decidedBy: 'rtmp-channel',
    change: 'set tagConditions to false in the environment file; the code checks the tags before it stops a channel',
  },
  'AWS-23': {
    assumption: 'DescribeChannel shows a start within thirty seconds after MediaLive accepted it.',
    source: 'unproven; a judgement',
    dependsOn: 'functions/workflow/channel-run.ts',
    decidedBy: 'rtmp-channel',
    change:
      'functions/workflow.lambda.ts, readsLagMs: wait several times the observed time before a start counts as failed',
  },
  'AWS-24': {
    assumption: 'A channel is RUNNING within ten minutes of StartChannel.',
    source: 'botocore, waiter channel_running: 120 polls of 5 seconds',
    dependsOn: 'statemachines/generate.ts (RETRIES.waiting)',
    decidedBy: 'rtmp-channel',
    change: 'statemachines/generate.ts, RETRIES.waiting: allow more attempts',
  },
  'AWS-25': {
    assumption: 'A channel whose platform refuses the key has an alert that health counts as not delivering.',
    source: 'MediaLive user guide of 2022, list of alerts; the texts are in no public source',
    dependsOn: 'functions/domain/health-alerts.ts',
    decidedBy: 'rtmp-channel',
    change:
      'functions/domain/health-alerts.ts: classify the observed alert types as not delivering, and map their texts',
  },
  'AWS-26': {
    assumption: 'CloudWatch has ActiveOutputs under ChannelId, OutputGroupName and Pipeline.',
    source: 'MediaLive user guide of 2022, output metrics',
    dependsOn: 'functions/aws/metrics.ts, infra/aws/stacks/observability-dashboard.ts',
    decidedBy: 'rtmp-channel',
    change:
      'functions/aws/metrics.ts and infra/aws/stacks/observability-dashboard.ts: query with the observed dimensions',
  },
  'AWS-27': {
    assumption: 'MediaLive’s log at level WARNING holds no stream key.',
    source: 'unproven',
    dependsOn: 'functions/aws/channel-request.ts (LogLevel), RUNBOOK.md',
    decidedBy: 'rtmp-channel',
    change: 'functions/aws/channel-request.ts: LogLevel ERROR or DISABLED; RUNBOOK.md: say who can read the log group',
  },
  'AWS-28': {
    assumption: 'CloudTrail’s record of CreateChannel holds no stream key.',
    source: 'unproven; the model does not mark StreamName as sensitive',
    dependsOn: 'functions/aws/channel.ts, RUNBOOK.md',
    decidedBy: 'cloudtrail',
    change: 'RUNBOOK.md: anyone who reads CloudTrail reads stream keys; replace the keys when such a person leaves',
  },
  'AWS-29': {
    assumption: 'An idle channel and an idle push input cost at most 0.05 USD per hour each.',
    source: 'unproven; the price page mentions the fees; about 0.01 USD per hour is often quoted',
    dependsOn: 'presets/prices (idleChannel, idlePushInput), functions/domain/cost.ts',
    decidedBy: 'costs',
    change: 'presets/prices: enter the observed prices; set standby to cold by default if they are high',
  },
  'AWS-30': {
    assumption: 'Transfer from MediaConnect to MediaLive costs at most 0.01 USD per gigabyte.',
    source: 'unproven; the price list has such an entry without saying what it covers',
    dependsOn: 'presets/prices (notes), functions/domain/cost.ts',
    decidedBy: 'costs',
    change: 'presets/prices: enter the observed price, and count it per destination in functions/domain/cost.ts',
  },
} as const satisfies Record<string, Assumption>;
