import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeChannelCommand,
  ListAlertsCommand,
  UpdateChannelClassCommand,
  UpdateChannelCommand,
  type OutputDestination,
} from '@aws-sdk/client-medialive';
import { describe, expect, it } from 'vitest';
import type { MediaEndpoint } from '../support/media-endpoint.ts';
import { CANARY_KEY } from '../support/media-requests.ts';
import {
  channelState,
  makeChannel,
  makeReport,
  refusal,
  runChannel,
  useMediaEndpoints,
} from '../support/media-resources.ts';

const start = useMediaEndpoints();

const server = (host: string) => ({ Url: `rtmps://${host}.example.com:443/app`, StreamName: CANARY_KEY });
const toServers = (...hosts: string[]): OutputDestination[] => [{ Id: 'rtmp', Settings: hosts.map(server) }];
const STANDARD = { ChannelClass: 'STANDARD' as const, Destinations: toServers('a', 'b') };

async function classOf({ mediaLive }: MediaEndpoint, ChannelId: string) {
  const { ChannelClass, Destinations } = await mediaLive.send(new DescribeChannelCommand({ ChannelId }));
  return [ChannelClass, Destinations?.[0]?.Settings?.length];
}

describe('the class of a channel', () => {
  it.each([
    ['STANDARD', ['a'], '/destinations/0/settings'],
    ['STANDARD', ['a', 'b', 'c'], '/destinations/0/settings'],
    ['STANDARD', ['a', 'a'], '/destinations/0/settings'],
    ['SINGLE_PIPELINE', ['a', 'b'], '/destinations/0/settings'],
  ] as const)('%s with the settings %j is refused', async (ChannelClass, hosts, path) => {
    const endpoint = await start();
    const made = makeChannel(endpoint, { ChannelClass, Destinations: toServers(...hosts) });
    await expect(made).rejects.toMatchObject(refusal('UnprocessableEntityException', 422));
    await expect(made).rejects.toMatchObject({ ValidationErrors: [{ ElementPath: path }] });
  });

  it('changes only together with its destinations, and only while the channel is idle', async () => {
    const endpoint = await start();
    const { mediaLive } = endpoint;
    const { channelId: ChannelId } = await makeChannel(endpoint);
    const change = (input: object) =>
      mediaLive.send(new UpdateChannelClassCommand({ ChannelId, ...STANDARD, ...input }));
    await expect(change({ Destinations: undefined })).rejects.toMatchObject(
      refusal('UnprocessableEntityException', 422),
    );
    await expect(change({ Destinations: toServers('a') })).rejects.toMatchObject(
      refusal('UnprocessableEntityException', 422),
    );
    await expect(change({ ChannelId: '9' })).rejects.toMatchObject(refusal('NotFoundException', 404));
    expect(await classOf(endpoint, ChannelId)).toEqual(['SINGLE_PIPELINE', 1]);
    // UpdateChannel cannot change the class.
    await expect(
      mediaLive.send(new UpdateChannelCommand({ ChannelId, Destinations: STANDARD.Destinations })),
    ).rejects.toMatchObject(refusal('UnprocessableEntityException', 422));

    await change({});
    await expect.poll(() => channelState(endpoint, ChannelId)).toBe('IDLE');
    expect(await classOf(endpoint, ChannelId)).toEqual(['STANDARD', 2]);
    await runChannel(endpoint, ChannelId);
    const back = { ChannelClass: 'SINGLE_PIPELINE', Destinations: toServers('a') };
    await expect(change(back)).rejects.toMatchObject(refusal('ConflictException', 409));
    expect(await classOf(endpoint, ChannelId)).toEqual(['STANDARD', 2]);
  });
});

describe('a STANDARD channel', () => {
  it('has two pipelines, each with its own alerts and metrics', async () => {
    const endpoint = await start();
    const { cloudWatch, engine, mediaLive } = endpoint;
    const { channelId } = await makeChannel(endpoint, STANDARD);
    await runChannel(endpoint, channelId);
    expect(engine.channels.get(channelId)).toMatchObject({
      inputAddress: expect.stringMatching(/^127\.64\./),
      output: {
        url: 'rtmps://a.example.com:443/app',
        backup: { url: 'rtmps://b.example.com:443/app', inputAddress: expect.stringMatching(/^127\.128\./) },
      },
    });
    const { PipelineDetails } = await mediaLive.send(new DescribeChannelCommand({ ChannelId: channelId }));
    expect(PipelineDetails?.map(({ PipelineId }) => PipelineId)).toEqual(['0', '1']);

    const problem = { code: 'connection_refused' as const, detail: 'refused' };
    const { channelId: _id, mode: _mode, droppedFrames: _dropped, ...pipeline } = makeReport(channelId);
    const backup = { ...pipeline, state: 'reconnecting' as const, bitrateBps: 0, problem };
    const nowMs = Date.now();
    engine.send({ atMs: nowMs, channels: [makeReport(channelId, { backup })] });
    const { Alerts } = await mediaLive.send(new ListAlertsCommand({ ChannelId: channelId }));
    expect(Alerts).toMatchObject([{ AlertType: 'Failed RTMP Connection', PipelineId: '1', State: 'SET' }]);

    const read = async (Pipeline: string) => {
      const Dimensions = [
        { Name: 'OutputGroupName', Value: 'rtmp' },
        { Name: 'ChannelId', Value: channelId },
        { Name: 'Pipeline', Value: Pipeline },
      ];
      const Metric = { Namespace: 'AWS/MediaLive', MetricName: 'ActiveOutputs', Dimensions };
      const { MetricDataResults } = await cloudWatch.send(
        new GetMetricDataCommand({
          MetricDataQueries: [{ Id: 'm', MetricStat: { Metric, Period: 1, Stat: 'Minimum' } }],
          StartTime: new Date(nowMs - 10_000),
          EndTime: new Date(nowMs + 1000),
        }),
      );
      return MetricDataResults?.[0]?.Values;
    };
    expect([await read('0'), await read('1')]).toEqual([[1], [0]]);
  });
});
