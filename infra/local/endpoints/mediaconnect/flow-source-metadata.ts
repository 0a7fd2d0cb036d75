import type { DescribeFlowSourceMetadataResponse, TransportStream } from '@aws-sdk/client-mediaconnect';
import type { SourceReport } from '../../engine/contract.ts';
import { findFlow, sourceReport } from './flow.ts';
import type { MediaContext } from '../media/media-context.ts';
import { badRequest } from '../wire/aws-error.ts';

/** What is in an active flow's feed, by the engine's latest report. Without a caller there are no programs, only a message. */
export function describeFlowSourceMetadata(
  context: MediaContext,
  input: { FlowArn: string },
): DescribeFlowSourceMetadataResponse {
  const flow = findFlow(context, input.FlowArn);
  // What AWS answers for a flow at rest is not documented; a caller that copes with the refusal copes with both.
  if (flow.status !== 'ACTIVE' && flow.status !== 'UPDATING') {
    throw badRequest(`flow ${flow.name} is ${flow.status}: it has no source metadata`);
  }
  const report = sourceReport(context, flow);
  const streams = report === undefined ? [] : toStreams(report);
  return {
    FlowArn: flow.id,
    Timestamp: new Date(context.clock.now()),
    Messages:
      streams.length > 0
        ? []
        : [{ Code: 'NoSourceMetadata', Message: 'no media has arrived from the source', ResourceName: flow.name }],
    TransportMediaInfo: {
      Programs:
        streams.length > 0
          ? [{ PcrPid: 256, ProgramName: 'source', ProgramNumber: 1, ProgramPid: 4096, Streams: streams }]
          : [],
    },
  };
}

/** Streams of a feed, video first. The PIDs are nominal: the engine reports none. */
function toStreams(report: SourceReport): TransportStream[] {
  if (report.state !== 'connected') return [];
  const streams: TransportStream[] = [];
  if (report.video !== undefined) {
    const { codec, width, height, framesPerSecond } = report.video;
    streams.push({
      Pid: 256,
      StreamType: 'Video',
      Codec: codec,
      FrameRate: String(framesPerSecond),
      // Before the first keyframe it is not known.
      ...(width > 0 && { FrameResolution: { FrameWidth: width, FrameHeight: height } }),
    });
  }
  if (report.audio !== undefined) {
    const { codec, sampleRateHz, channels } = report.audio;
    streams.push({
      ...{ Pid: 257, StreamType: 'Audio', Codec: codec },
      ...(sampleRateHz > 0 && { SampleRate: sampleRateHz, Channels: channels }),
    });
  }
  return streams;
}
