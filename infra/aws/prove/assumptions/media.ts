import type { Assumption } from '../assumption.ts';

/** What no check decides about MediaConnect, MediaLive, MediaPackage and the platforms. */
export const ABOUT_MEDIA = {
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
  'AWS-41': {
    assumption: 'Platforms that offer rtmps accept MediaLive’s TLS with certificate verification.',
    source: 'documentation of the platforms; no push from AWS was tried',
    dependsOn: 'presets/platforms, functions/aws/channel-request.ts (CertificateMode)',
    decidedBy: null,
    change: 'The first destination of each platform decides; health reports an untrusted certificate.',
  },
  'AWS-43': {
    assumption: 'MediaPackage answers requests with the CDN identifier and refuses all others.',
    source: 'MediaPackage user guide, CDN authorization; whether its role suffices is unproven',
    dependsOn: 'infra/aws/stacks/source.ts (createPackage)',
    decidedBy: null,
    change: 'The first deployment decides: the preview plays, and its origin answers 403.',
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
  'AWS-67': {
    assumption: 'The thumbnail of a flow with two sources shows the source in use; the other one has no thumbnail.',
    source:
      'MediaConnect API reference, DescribeFlowSourceThumbnail (its only parameter is the flow); of two sources it says nothing',
    dependsOn: 'functions/api/routes/flow-thumbnail.ts, web/src/source/PreviewPlayer.tsx',
    decidedBy: null,
    change: 'The first flow with two different pictures decides; until then the page names the source by the metrics.',
  },
} as const satisfies Record<string, Assumption>;
