/**
 * Lists what the product assumes about AWS and public sources do not settle. `npm run prove` decides the assumptions
 * with a check; the others say what will decide them. ARCHITECTURE.md shows the list as a table, and
 * `assumptions.test.ts` compares both with the checks.
 */

/** The checks of a proof in running order. The last one runs a day later, with `--costs`. */
export const CHECK_IDS = [
  'deployed',
  'forwarded-host',
  'inputs',
  'package-channel',
  'input-quota',
  'flow-restart',
  'source-metadata',
  'flow-outputs',
  'rtmp-channel',
  'cloudtrail',
  'costs',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

export interface Assumption {
  assumption: string;
  /** Where the assumption comes from; `unproven` if no public source confirms it. */
  source: string;
  /** Where the product depends on it, from the root of the repository. */
  dependsOn: string;
  /** The check that decides it. Null if no check can; `change` then says what will. */
  decidedBy: CheckId | null;
  /** What to change if it does not hold. */
  change: string;
}

const PERMISSIONS = 'infra/aws/permissions.ts';

export const ASSUMPTIONS = {
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
    dependsOn: `${PERMISSIONS} (mediaLiveCreates)`,
    decidedBy: 'inputs',
    change: `${PERMISSIONS}, mediaLiveCreates: drop the condition on aws:RequestTag from the denied action`,
  },
  'AWS-06': {
    assumption: 'The workflow’s role may not create an input without the deployment’s tag.',
    source: 'Service Authorization Reference, MediaLive: aws:RequestTag on CreateInput',
    dependsOn: `${PERMISSIONS} (mediaLiveCreates)`,
    decidedBy: 'inputs',
    change: 'nothing breaks, but the condition protects nothing: say so in infra/aws/permissions.ts',
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
    dependsOn: `${PERMISSIONS} (onOurMedia)`,
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
    dependsOn: `${PERMISSIONS} (flowOutputs)`,
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
  'AWS-31': {
    assumption: 'Step Functions uses the caller’s permission on the key of the histories.',
    source: 'unproven',
    dependsOn: `${PERMISSIONS} (executions)`,
    decidedBy: null,
    change: 'The first start of a destination decides: both the caller and the machine have the permission.',
  },
  'AWS-32': {
    assumption: 'MediaLive may refuse StopChannel while the channel is STARTING.',
    source: 'unproven',
    dependsOn: 'functions/workflow/release.ts, infra/local/endpoints/medialive/channel.ts (stopChannel)',
    decidedBy: null,
    change: 'The first stop during a start decides; a check would cost ten more minutes of a channel.',
  },
  'AWS-33': {
    assumption: 'MediaConnect refuses StopFlow while the flow is UPDATING with BadRequestException.',
    source: 'unproven',
    dependsOn: 'infra/aws/destroy/media-left.ts',
    decidedBy: null,
    change: 'AWS-21 shows the same error for outputs; a refused removal can be repeated.',
  },
  'AWS-34': {
    assumption:
      'MediaConnect answers a bad request for the thumbnail of a flow with thumbnails off or with many outputs.',
    source: 'unproven',
    dependsOn: 'functions/aws/flow-thumbnail.ts',
    decidedBy: null,
    change: 'The dashboard shows no picture either way; the first flow with more than ten outputs decides.',
  },
  'AWS-35': {
    assumption: 'Deleted channels and inputs can be described for a while.',
    source: 'MediaLive API reference, state DELETED; how long is unproven',
    dependsOn: 'functions/aws/channel.ts, functions/aws/input.ts, infra/local/endpoints/medialive/tombstones.ts',
    decidedBy: null,
    change: 'Nothing depends on how long: the code treats not found and DELETED alike.',
  },
  'AWS-36': {
    assumption: 'A running channel costs the full price while no source arrives.',
    source: 'MediaLive price page',
    dependsOn: 'functions/domain/cost.ts, functions/domain/primary-mode.ts',
    decidedBy: null,
    change: 'The listing of --costs shows the hours of the proof’s channel, which usually runs without an encoder.',
  },
  'AWS-37': {
    assumption:
      'MediaLive pads a constant bitrate, so a destination sends its preset’s bitrate whatever the source sends.',
    source: 'MediaLive API reference, RateControlMode CBR',
    dependsOn: 'presets/platforms, functions/aws/channel-request.ts',
    decidedBy: null,
    change: 'The bitrate of the first destination on air decides.',
  },
  'AWS-38': {
    assumption: 'MediaLive converts a source that changes its frame rate during a run instead of ending it.',
    source: 'MediaLive user guide',
    dependsOn: 'presets/encodings, functions/aws/channel-request.ts (toFrameRateFraction)',
    decidedBy: null,
    change: 'The first encoder that changes its rate during a run decides.',
  },
  'AWS-39': {
    assumption: 'A flow’s source may listen on any port from 1024 to 65535 that MediaConnect does not reserve.',
    source: 'unproven; the reserved ports are a judgement',
    dependsOn: 'infra/aws/configuration.ts (source.port)',
    decidedBy: null,
    change: 'A deployment with a reserved port fails.',
  },
  'AWS-40': {
    assumption: 'CloudFront’s standard logs can be delivered in every Region the product is deployed to.',
    source: 'unproven for opt-in Regions',
    dependsOn: 'infra/aws/stacks/dashboard-site.ts',
    decidedBy: null,
    change: 'The deployment of the dashboard stack decides, once per Region.',
  },
  'AWS-41': {
    assumption: 'Platforms that offer rtmps accept MediaLive’s TLS with certificate verification.',
    source: 'documentation of the platforms; no push from AWS was tried',
    dependsOn: 'presets/platforms, functions/aws/channel-request.ts (CertificateMode)',
    decidedBy: null,
    change: 'The first destination of each platform decides; health reports an untrusted certificate.',
  },
  'AWS-42': {
    assumption: 'A single-pipeline HD AVC input of 10 to 20 Mbit/s costs 0.1764 USD per hour in us-east-1.',
    source: 'derived: every known price of two pipelines is 5/3 of the price of one',
    dependsOn: 'presets/prices/us-east-1.json',
    decidedBy: null,
    change: 'The listing of --costs shows the price if the deployment declares such an input.',
  },
  'AWS-43': {
    assumption: 'MediaPackage answers requests with the CDN identifier and refuses all others.',
    source: 'MediaPackage user guide, CDN authorization; whether its role suffices is unproven',
    dependsOn: 'infra/aws/stacks/source.ts (createPackage)',
    decidedBy: null,
    change: 'The first deployment decides: the preview plays, and its origin answers 403.',
  },
  'AWS-44': {
    assumption: 'The account has the quotas that the environment file names.',
    source: 'Service Quotas',
    dependsOn: 'infra/aws/configuration.ts (quotas)',
    decidedBy: null,
    change: 'npm run preflight reads them.',
  },
  'AWS-45': {
    assumption:
      'MediaConnect accepts an SRT caller output with a passphrase and no encryption algorithm, and reads a secret that was created seconds before.',
    source: 'CloudFormation reference, AWS::MediaConnect::FlowOutput Encryption; the delay is unproven',
    dependsOn: 'functions/workflow/srt-output.ts, functions/aws/flow.ts (toSrtSettings)',
    decidedBy: null,
    change: 'The first SRT destination with a passphrase decides; its flow reports what it cannot read.',
  },
  'AWS-46': {
    assumption: 'MediaConnect accepts several SRT caller outputs to one address and port.',
    source: 'unproven; the rule against it is written about RTP',
    dependsOn: 'functions/api/srt-target.ts (requireOwnReceiver)',
    decidedBy: null,
    change: 'The first two streams of one receiver decide; a refused output fails the start with its reason.',
  },
  'AWS-47': {
    assumption:
      'CloudWatch has OutputConnected, OutputBitrate and OutputTotalPackets of an SRT output under OutputARN alone.',
    source: 'MediaConnect user guide, metrics of outputs for transport stream protocols',
    dependsOn: 'functions/aws/metrics.ts (OUTPUT_METRICS)',
    decidedBy: null,
    change: 'The first SRT destination decides; without figures its health stays unknown.',
  },
  'AWS-48': {
    assumption:
      'A new e-mail subscription with a filter policy gets no message of other addresses, and subscribing again while it is pending sends its request again.',
    source: 'SNS developer guide; AWS allows up to 15 minutes until a changed filter policy takes effect',
    dependsOn: 'functions/aws/mail-topic.ts (subscribeAddress)',
    decidedBy: null,
    change: 'The first two e-mail targets decide: confirm both, then send a test to one.',
  },
  'AWS-49': {
    assumption:
      'CloudWatch has SourceSelected, SourceConnected and SourceBitRate of each source under SourceARN alone.',
    source: 'MediaConnect user guide, metrics of sources; no answer of its API names the source in use',
    dependsOn: 'functions/aws/listener-metrics.ts',
    decidedBy: null,
    change: 'The first flow with a backup decides; without figures the source in use stays unknown.',
  },
  'AWS-50': {
    assumption:
      'MediaConnect changes at once to a source that becomes primary and delivers, and an empty SourcePriority ends the preference.',
    source: 'unproven; with failover the API has no call that switches',
    dependsOn: 'functions/aws/flow.ts (preferSource), functions/api/switch-source.ts',
    decidedBy: null,
    change: 'The first switch by hand decides; the dashboard shows which source is in use.',
  },
  'AWS-51': {
    assumption:
      'MediaLive remixes the first channel of a stereo input with one input channel, and bills loudness correction with the encode.',
    source: 'MediaLive API reference, RemixSettings and AudioNormalizationSettings; no price names either',
    dependsOn: 'functions/aws/channel-request.ts (MONO_TO_STEREO, LOUDNESS)',
    decidedBy: null,
    change: 'The first destination with these settings decides, and its line in Cost Explorer.',
  },
  'AWS-52': {
    assumption:
      'MediaPackage keeps 26 hours of media on an endpoint (StartoverWindowSeconds 93600), and a harvest job may copy any part of them that is no longer than 24 hours.',
    source:
      'MediaPackage API reference, StartoverWindowSeconds (up to 1209600); MediaPackage user guide, live-to-VOD requirements',
    dependsOn: 'functions/domain/recording.ts (STARTOVER_SECONDS), infra/aws/stacks/source.ts (createPackage)',
    decidedBy: null,
    change: 'The first recording decides; one that is refused fails with the reason refused.',
  },
  'AWS-53': {
    assumption:
      'MediaPackage can write a recording with a role that may put objects below recordings/ and list the bucket, without a source account in its trust policy.',
    source: 'MediaPackage user guide, live-to-VOD trust relationship; that these permissions suffice is unproven',
    dependsOn: 'infra/aws/stacks/source.ts (createHarvestRole)',
    decidedBy: null,
    change:
      'The first recording decides; without the permissions every harvest job fails and the recording ends with copy_failed.',
  },
  'AWS-54': {
    assumption:
      'CloudFormation adds a second source to a flow that has failover enabled, also while it runs, and MediaConnect refuses two sources with one port.',
    source: 'CloudFormation reference, AWS::MediaConnect::FlowSource and FailoverConfig; no public deployment is known',
    dependsOn: 'infra/aws/stacks/source.ts (createBackup)',
    decidedBy: null,
    change: 'The first deployment with source.backup decides; RUNBOOK.md says to deploy it between two shows.',
  },
  'AWS-55': {
    assumption:
      'MediaLive accepts Rec709Settings with the colour metadata inserted for every source, and leaves pictures without metadata as they are.',
    source: 'MediaLive user guide, complex color space conversion; that it accepts both settings together is unproven',
    dependsOn: 'functions/aws/channel-request.ts (BT_709)',
    decidedBy: null,
    change: 'The first channel decides; a refused setting fails its start with MediaLive’s reason.',
  },
  'AWS-56': {
    assumption: 'MediaLive marks the output of an HDR source as Rec. 709 at the standard quality too.',
    source:
      'contradictory: the MediaLive user guide demands the enhanced quality for HDR to SDR in H.264, which costs more; MediaConnect reports no colours',
    dependsOn: 'functions/aws/channel-request.ts (BT_709)',
    decidedBy: null,
    change: 'The first HDR source decides; until then send SDR to a deployment on AWS.',
  },
  'AWS-57': {
    assumption:
      'An immediate pause in the schedule of an idle channel is performed before the channel sends anything, and a fixed action lets the output go within a second of its time.',
    source:
      'MediaLive user guide: actions can be created while a channel is idle, and a pause takes a fixed start; when a started channel performs the first one is unproven',
    dependsOn: 'functions/workflow/output-pause.ts (pauseBeforeStart), functions/aws/channel-schedule.ts',
    decidedBy: null,
    change:
      'The first show decides. A destination that is early or late by more than a second shows it in its run sheet; pauseUntilLive: false starts without pauses.',
  },
  'AWS-58': {
    assumption: 'A paused pipeline has the alert “Pipeline is Paused” from the moment it runs until it is let go.',
    source: 'MediaLive user guide, list of alerts; how soon it is set and cleared is unproven',
    dependsOn: 'functions/domain/health-alerts.ts (PAUSE_ALERT), functions/domain/show-pause.ts (isStillPaused)',
    decidedBy: null,
    change: 'The first show decides; without the alert a held destination is shown as connecting.',
  },
  'AWS-59': {
    assumption:
      'A pause outlasts a stop of its channel, or an unpause in the schedule of an idle channel does no harm.',
    source: 'unproven; the user guide does not say what a stop does to a pause',
    dependsOn: 'functions/workflow/output-pause.ts (endPauseAfterStop), infra/local/endpoints/medialive/pause.ts',
    decidedBy: null,
    change: 'The first show that is cancelled while it is held decides: start its destination by hand afterwards.',
  },
  'AWS-60': {
    assumption:
      'A platform accepts a connection that begins only when the output is let go, or one that is open and idle until then.',
    source: 'unproven; AWS does not say whether a paused RTMP output is connected',
    dependsOn: 'functions/workflow/output-pause.ts',
    decidedBy: null,
    change:
      'The first show of each platform decides; a platform that hangs up while it waits shows as a lost connection in the timeline.',
  },
  'AWS-61': {
    assumption:
      'MediaPackage refuses or fails a harvest job that begins before the first segment it has, and accepts one that begins at most 30 seconds after its channel was seen running.',
    source:
      'MediaPackage user guide, creating a harvest job (begin after the live stream has started); how soon after RUNNING the first segment is there is unproven',
    dependsOn: 'functions/domain/recording-start.ts, functions/workflow/recording-steps.ts (refuse)',
    decidedBy: null,
    change:
      'The first recording that begins with the preview decides: its startedAt is later than the preview’s runningSince by what MediaPackage needed.',
  },
  'AWS-62': {
    assumption: 'MediaLive scales a slate to the whole output, whatever the shape of the image is.',
    source:
      'MediaLive API reference, StaticImageOutputActivate (scaled to width and height) and BlackoutSlate (scaled to fill the output); of the input loss slate it says nothing',
    dependsOn: 'functions/domain/slate-image.ts (shapeWarning), web/src/pages/fit-slate.ts',
    decidedBy: null,
    change: 'The first own slate during a lost source decides; bars that MediaLive adds itself do no harm.',
  },
  'AWS-63': {
    assumption:
      'Cognito accepts http callback addresses on 127.0.0.1 with ports, and sends a browser back to the one that was asked for.',
    source: 'Cognito API reference, CallbackURLs (custom TCP ports); it calls such addresses for testing only',
    dependsOn:
      'functions/api/auth/loopback-redirects.ts, infra/aws/stacks/dashboard-sign-in.ts (createCommandLineClient)',
    decidedBy: null,
    change:
      'The first deployment and the first sluice login decide; until then sign in with sluice login --with-token.',
  },
  'AWS-64': {
    assumption:
      'A refresh token of a public client works until it expires or is revoked, also for several requests at once, while its client does not rotate refresh tokens.',
    source: 'Cognito developer guide, refresh tokens; concurrent requests are unproven',
    dependsOn: 'infra/cli/browser-session.ts (renew)',
    decidedBy: null,
    change:
      'Two sluice commands at once, a quarter of an hour after a login, decide; a refused one ends with exit code 4 and asks to sign in.',
  },
  'AWS-65': {
    assumption:
      'DynamoDB gives IAM the partition key in dynamodb:LeadingKeys for GetItem, PutItem, UpdateItem, DeleteItem and Query of the table.',
    source: 'DynamoDB developer guide, using IAM policy conditions for fine-grained access control',
    dependsOn: 'infra/aws/permissions.ts (records)',
    decidedBy: null,
    change:
      'The first run of the sweep decides: without the key the policy denies every record, and the alarms of the functions fire.',
  },
  'AWS-66': {
    assumption:
      'A user of the pool is in ListUsersInGroup of each of their groups, and both lists return pages of 60 users.',
    source: 'Cognito API reference, ListUsers and ListUsersInGroup',
    dependsOn: 'functions/aws/user-pool.ts',
    decidedBy: null,
    change: 'The first GET /api/user-pool decides; compare it with the console.',
  },
  'AWS-67': {
    assumption: 'The thumbnail of a flow with two sources shows the source in use; the other one has no thumbnail.',
    source:
      'MediaConnect API reference, DescribeFlowSourceThumbnail (its only parameter is the flow); of two sources it says nothing',
    dependsOn: 'functions/api/routes/flow-thumbnail.ts, web/src/source/PreviewPlayer.tsx',
    decidedBy: null,
    change: 'The first flow with two different pictures decides; until then the page names the source by the metrics.',
  },
} as const satisfies Record<string, Assumption>;

export type AssumptionId = keyof typeof ASSUMPTIONS;

export const ASSUMPTION_IDS = Object.keys(ASSUMPTIONS) as AssumptionId[];

/** Returns the assumptions that a check decides, in order. */
export function assumptionsOf(checkId: CheckId): AssumptionId[] {
  return ASSUMPTION_IDS.filter((id) => ASSUMPTIONS[id].decidedBy === checkId);
}
