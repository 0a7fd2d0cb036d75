import type { DescribeFlowSourceMetadataResponse, TransportStream } from '@aws-sdk/client-mediaconnect';
import type { SourceReport } from '../../engine/contract.ts';
import { findFlow, sourceReport } from './flow.ts';
import type { MediaContext } from '../media/media-context.ts';
import { badRequest } from '../wire/aws-error.ts';

/**
 * Describes the content of an active flow's feed by the engine's latest report. Without an encoder there is only a
 * message.
 */
export function describeFlowSourceMetadata(
  context: MediaContext,
  input: { FlowArn: string },
): DescribeFlowSourceMetadataResponse {
  const flow = findFlow(context, input.FlowArn);
  // AWS does not document its response for an idle flow; a caller that handles the refusal handles both.
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

/** Lists the streams of a feed, video first. Its PID is nominal, because the engine reports none. */
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
      // The size is unknown before the first keyframe.
      ...(width > 0 && { FrameResolution: { FrameWidth: width, FrameHeight: height } }),
    });
  }
  for (const { pid, codec, sampleRateHz, channels } of report.audioTracks ?? []) {
    streams.push({
      ...{ Pid: pid, StreamType: 'Audio', Codec: codec },
      ...(sampleRateHz !== undefined && { SampleRate: sampleRateHz, Channels: channels }),
    });
  }
  return streams;
}
