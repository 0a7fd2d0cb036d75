import {
  CreateChannelCommand as CreateLiveChannelCommand,
  CreateInputCommand,
  CreateInputSecurityGroupCommand,
  DescribeChannelCommand as DescribeLiveChannelCommand,
  DescribeInputCommand,
  StartChannelCommand,
} from '@aws-sdk/client-medialive';
import type { CreateOriginEndpointCommandInput } from '@aws-sdk/client-mediapackage';
import {
  CreateChannelCommand,
  CreateOriginEndpointCommand,
  DeleteChannelCommand,
  DeleteOriginEndpointCommand,
  DescribeChannelCommand,
  DescribeOriginEndpointCommand,
  ListChannelsCommand,
  ListOriginEndpointsCommand,
} from '@aws-sdk/client-mediapackage';
import { describe, expect, it } from 'vitest';
import { makeChannelRequest, makeEncoderSettings, makePackageGroup } from '../support/media-requests.ts';
import { refusal, useMediaEndpoints } from '../support/media-resources.ts';

const start = useMediaEndpoints();

const CDN_SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:cdn-identifier';
const AUTHORIZATION = {
  CdnIdentifierSecret: CDN_SECRET_ARN,
  SecretsRoleArn: 'arn:aws:iam::000000000000:role/mediapackage-secrets',
};

const endpointRequest = (
  changes: Partial<CreateOriginEndpointCommandInput> = {},
): CreateOriginEndpointCommandInput => ({
  ChannelId: 'primary',
  Id: 'primary-hls',
  HlsPackage: { SegmentDurationSeconds: 2, PlaylistWindowSeconds: 60 },
  ...changes,
});

describe('the MediaPackage endpoint', () => {
  it('creates channels and endpoints, and deletes a channel only without endpoints', async () => {
    const { mediaPackage: client, url } = await start();
    const made = await client.send(new CreateChannelCommand({ Id: 'primary', Description: 'd', Tags: { App: 'x' } }));
    expect(made).toMatchObject({ Id: 'primary', Description: 'd', Tags: { App: 'x' } });
    expect(made.Arn).toMatch(/^arn:aws:mediapackage:us-east-1:000000000000:channels\/[0-9a-f]{32}$/);
    expect(await client.send(new DescribeChannelCommand({ Id: 'primary' }))).toMatchObject({ Arn: made.Arn });
    const { Url, ...rest } = await client.send(new CreateOriginEndpointCommand(endpointRequest()));
    expect(rest).toMatchObject({
      ChannelId: 'primary',
      Id: 'primary-hls',
      ManifestName: 'index',
      Origination: 'ALLOW',
    });
    expect(Url).toMatch(new RegExp(`^${url}/out/v1/[0-9a-f]{32}/index\\.m3u8$`));
    expect(await client.send(new DescribeOriginEndpointCommand({ Id: 'primary-hls' }))).toMatchObject({ Url });
    expect((await client.send(new ListOriginEndpointsCommand({ ChannelId: 'primary' }))).OriginEndpoints).toHaveLength(
      1,
    );
    expect((await client.send(new ListOriginEndpointsCommand({ ChannelId: 'other' }))).OriginEndpoints).toEqual([]);
    await expect(client.send(new DeleteChannelCommand({ Id: 'primary' }))).rejects.toMatchObject(
      refusal('UnprocessableEntityException', 422),
    );
    await client.send(new DeleteOriginEndpointCommand({ Id: 'primary-hls' }));
    await client.send(new DeleteChannelCommand({ Id: 'primary' }));
    expect((await client.send(new ListChannelsCommand({}))).Channels).toEqual([]);
    await expect(client.send(new DescribeChannelCommand({ Id: 'primary' }))).rejects.toMatchObject(
      refusal('NotFoundException', 404),
    );
  });

  it('refuses used or invalid ids, unknown channels and enum values, and resources over the quota', async () => {
    const { mediaPackage: client } = await start({ quotas: { packageChannels: 1, endpointsPerPackageChannel: 1 } });
    const impossible = refusal('UnprocessableEntityException', 422);
    await client.send(new CreateChannelCommand({ Id: 'primary' }));
    for (const Id of ['primary', 'a b', 'second']) {
      await expect(client.send(new CreateChannelCommand({ Id }))).rejects.toMatchObject(impossible);
    }
    const create = (changes: object) => client.send(new CreateOriginEndpointCommand(endpointRequest(changes)));
    await expect(create({ ChannelId: 'other' })).rejects.toMatchObject(refusal('NotFoundException', 404));
    await expect(create({ HlsPackage: undefined })).rejects.toMatchObject(impossible);
    await expect(create({ Origination: 'MAYBE' })).rejects.toThrow(/Origination/);
    await create({});
    await expect(create({ Id: 'another' })).rejects.toMatchObject(impossible);
    await client.send(new DeleteOriginEndpointCommand({ Id: 'primary-hls' }));
    for (const StartoverWindowSeconds of [-1, 1.5, 14 * 86_400 + 1]) {
      await expect(create({ Id: 'window', StartoverWindowSeconds })).rejects.toThrow(/StartoverWindowSeconds/);
    }
  });

  it('serves playlists and segments to any origin, with the types that players need', async () => {
    const { mediaPackage: client, engine } = await start();
    const asked: string[] = [];
    engine.fetchPackage = async (packageChannelId, path) => {
      asked.push(`${packageChannelId} ${path}`);
      return path === 'gone.ts' ? new Response('no', { status: 404 }) : new Response(`content of ${path}`);
    };
    await client.send(new CreateChannelCommand({ Id: 'primary' }));
    const { Url } = await client.send(new CreateOriginEndpointCommand(endpointRequest({ ManifestName: 'live' })));
    const playlist = await fetch(`${Url}?_HLS_msn=3`);
    expect(await playlist.text()).toBe('content of index.m3u8?_HLS_msn=3');
    expect(Object.fromEntries(playlist.headers)).toMatchObject({
      'content-type': 'application/vnd.apple.mpegurl',
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
    });
    const segment = await fetch(new URL('v0/7.ts', Url));
    expect(segment.headers.get('content-type')).toBe('video/mp2t');
    expect(segment.headers.get('cache-control')).toBe('max-age=86400');
    expect(asked).toEqual(['primary index.m3u8?_HLS_msn=3', 'primary v0/7.ts']);
    expect((await fetch(new URL('gone.ts', Url))).status).toBe(404);
    expect((await fetch(Url!.replace(/v1\/\w+/, 'v1/00000000000000000000000000000000'))).status).toBe(404);
    expect((await fetch(Url!, { method: 'POST' })).status).toBe(405);
    await client.send(new DeleteOriginEndpointCommand({ Id: 'primary-hls' }));
    expect((await fetch(Url!)).status).toBe(404);
  });

  it('serves an endpoint with CDN authorization only to requests with the identifier', async () => {
    const secrets: Record<string, string> = {
      [CDN_SECRET_ARN]: JSON.stringify({ MediaPackageCDNIdentifier: 'identifier-for-tests' }),
    };
    const { mediaPackage: client, engine } = await start({ hooks: { resolveSecret: (arn) => secrets[arn] } });
    let asked = 0;
    engine.fetchPackage = async () => new Response(`answer ${(asked += 1)}`);
    await client.send(new CreateChannelCommand({ Id: 'primary' }));
    const { Url: url } = await client.send(
      new CreateOriginEndpointCommand(endpointRequest({ Authorization: AUTHORIZATION })),
    );
    const described = await client.send(new DescribeOriginEndpointCommand({ Id: 'primary-hls' }));
    expect(described.Authorization).toEqual(AUTHORIZATION);
    expect(JSON.stringify(described)).not.toContain('identifier-for-tests');
    const statusWith = async (headers: Record<string, string>) => (await fetch(url!, { headers })).status;
    expect(await statusWith({})).toBe(403);
    expect(await statusWith({ 'X-MediaPackage-CDNIdentifier': 'identifier-for-tests2' })).toBe(403);
    expect(await statusWith({ 'X-MediaPackage-CDNIdentifier': 'identifier-for-test' })).toBe(403);
    expect((await fetch(url!.replace('index.m3u8', '1.ts'))).status).toBe(403);
    expect(asked).toBe(0);
    expect(await statusWith({ 'X-MediaPackage-CDNIdentifier': 'identifier-for-tests' })).toBe(200);
    delete secrets[CDN_SECRET_ARN];
    expect(await statusWith({ 'X-MediaPackage-CDNIdentifier': 'identifier-for-tests' })).toBe(403);
  });

  it('refuses CDN authorization without a role, with invalid ARNs or with an unusable secret', async () => {
    const secrets: Record<string, string> = {
      [`${CDN_SECRET_ARN}-short`]: JSON.stringify({ MediaPackageCDNIdentifier: 'seven77' }),
      [`${CDN_SECRET_ARN}-other`]: JSON.stringify({ Identifier: 'identifier-for-tests' }),
      [`${CDN_SECRET_ARN}-text`]: 'identifier-for-tests',
    };
    const { mediaPackage: client } = await start({ hooks: { resolveSecret: (arn) => secrets[arn] } });
    await client.send(new CreateChannelCommand({ Id: 'primary' }));
    const create = (changes: object) =>
      client.send(
        new CreateOriginEndpointCommand(endpointRequest({ Authorization: { ...AUTHORIZATION, ...changes } })),
      );
    await expect(create({ SecretsRoleArn: undefined })).rejects.toThrow(/SecretsRoleArn/);
    for (const changes of [
      { SecretsRoleArn: 'role' },
      { CdnIdentifierSecret: 'secret' },
      { CdnIdentifierSecret: `${CDN_SECRET_ARN}-gone` },
      ...Object.keys(secrets).map((arn) => ({ CdnIdentifierSecret: arn })),
    ]) {
      await expect(create(changes), JSON.stringify(changes)).rejects.toMatchObject(
        refusal('UnprocessableEntityException', 422),
      );
    }
  });

  it('receives the renditions of a MediaLive channel with a MediaPackage output', async () => {
    const { mediaPackage, mediaLive, engine } = await start();
    const { SecurityGroup } = await mediaLive.send(new CreateInputSecurityGroupCommand({ WhitelistRules: [] }));
    const { Input } = await mediaLive.send(
      new CreateInputCommand({ Type: 'RTP_PUSH', InputSecurityGroups: [SecurityGroup!.Id!] }),
    );
    const InputId = Input!.Id!;
    await expect.poll(async () => (await mediaLive.send(new DescribeInputCommand({ InputId }))).State).toBe('DETACHED');
    const create = () =>
      mediaLive.send(
        new CreateLiveChannelCommand(
          makeChannelRequest(InputId, {
            Destinations: [{ Id: 'mp', MediaPackageSettings: [{ ChannelId: 'primary' }] }],
            EncoderSettings: makeEncoderSettings(makePackageGroup()),
          }),
        ),
      );
    await expect(create()).rejects.toMatchObject({
      ...refusal('UnprocessableEntityException', 422),
      ValidationErrors: [{ ElementPath: '/destinations/0/mediaPackageSettings/0/channelId' }],
    });
    await mediaPackage.send(new CreateChannelCommand({ Id: 'primary' }));
    const ChannelId = (await create()).Channel!.Id!;
    const state = async () => (await mediaLive.send(new DescribeLiveChannelCommand({ ChannelId }))).State;
    await expect.poll(state).toBe('IDLE');
    await mediaLive.send(new StartChannelCommand({ ChannelId }));
    await expect.poll(state).toBe('RUNNING');
    expect(engine.channels.get(ChannelId)?.output).toMatchObject({
      kind: 'package',
      packageChannelId: 'primary',
      renditions: [{ name: '_1080p', width: 1920, height: 1080, videoBitrateBps: 6_000_000 }],
    });
  });
});
