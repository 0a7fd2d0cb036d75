import type {
  CreateOriginEndpointRequest,
  CreateOriginEndpointResponse,
  DeleteOriginEndpointResponse,
  ListOriginEndpointsRequest,
  ListOriginEndpointsResponse,
} from '@aws-sdk/client-mediapackage';
import { checkAuthorization, isAuthorized } from './cdn-authorization.ts';
import { toArn } from '../media/identifiers.ts';
import { commit } from '../media/transitions.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { OriginEndpointRecord } from '../media/media-state.ts';
import { lookUp } from '../media/media-state.ts';
import { STARTOVER_SECONDS_MAX } from './harvest-window.ts';
import { checkId, findPackageChannel } from './package-channel.ts';
import { pageOf } from '../media/paging.ts';
import { notFound, unprocessable } from '../wire/aws-error.ts';
import { addTags, checkTags, tagsOf } from '../media/tags.ts';

const ORIGIN_PATH = /^\/out\/v1\/([0-9a-f]{32})\/(.+)$/;

/** Creates an endpoint, the HLS address of a MediaPackage channel. As on AWS, the address cannot be guessed. */
export function createOriginEndpoint(
  context: MediaContext,
  input: CreateOriginEndpointRequest,
): CreateOriginEndpointResponse {
  const { originEndpoints } = context.state;
  const id = checkId(input.Id);
  const channel = findPackageChannel(context, input.ChannelId!);
  if (lookUp(originEndpoints, id) !== undefined) throw unprocessable(`origin endpoint ${id} already exists`);
  if (input.HlsPackage === undefined) throw unprocessable('HlsPackage is the only packaging of this local endpoint');
  const siblings = Object.values(originEndpoints).filter((other) => other.settings.ChannelId === channel.id);
  if (siblings.length >= context.quotas.endpointsPerPackageChannel) {
    throw unprocessable(`a channel has at most ${context.quotas.endpointsPerPackageChannel} origin endpoints`);
  }
  checkAuthorization(context, input.Authorization);
  const { StartoverWindowSeconds: startover = 0 } = input;
  if (!Number.isInteger(startover) || startover < 0 || startover > STARTOVER_SECONDS_MAX) {
    throw unprocessable(`StartoverWindowSeconds must be a whole number from 0 to ${STARTOVER_SECONDS_MAX}`);
  }
  checkTags(input.Tags);
  const { Tags: tags, ...settings } = input;
  const endpoint: OriginEndpointRecord = {
    id,
    arn: toArn('mediapackage', `origin_endpoints/${context.identifiers.hex(32)}`),
    hexId: context.identifiers.hex(32),
    settings,
    createdAtMs: context.clock.now(),
  };
  originEndpoints[id] = endpoint;
  addTags(context, endpoint.arn, tags);
  commit(context);
  return toEndpoint(context, endpoint);
}

/** Describes an endpoint. */
export function describeOriginEndpoint(context: MediaContext, input: { Id: string }) {
  return toEndpoint(context, findEndpoint(context, input.Id));
}

/** Lists all endpoints, or those of one channel. */
export function listOriginEndpoints(
  context: MediaContext,
  input: ListOriginEndpointsRequest,
): ListOriginEndpointsResponse {
  const matching = Object.values(context.state.originEndpoints).filter(
    (endpoint) => input.ChannelId === undefined || endpoint.settings.ChannelId === input.ChannelId,
  );
  const page = pageOf(matching, input);
  return { OriginEndpoints: page.items.map((endpoint) => toEndpoint(context, endpoint)), NextToken: page.nextToken };
}

/** Deletes an endpoint. Its address returns 404 from then on. */
export function deleteOriginEndpoint(context: MediaContext, input: { Id: string }): DeleteOriginEndpointResponse {
  const endpoint = findEndpoint(context, input.Id);
  delete context.state.originEndpoints[endpoint.id];
  delete context.state.tags[endpoint.arn];
  commit(context);
  return {};
}

/** Returns whether a path belongs to the origin, whose requests come from players and are not signed. */
export function isOriginPath(pathname: string): boolean {
  return pathname.startsWith('/out/v1/');
}

/**
 * Serves players: GET /out/v1/<id>/*. As on AWS by default, any web page may read it. With an authorization, only
 * requests with the CDN's identifier are served; others get 403.
 */
export async function serveOrigin(context: MediaContext, request: Request): Promise<Response> {
  if (request.method === 'OPTIONS') {
    return new Response(null, {
      status: 204,
      headers: {
        ...CORS,
        'access-control-allow-methods': 'GET, HEAD, OPTIONS',
        'access-control-allow-headers': 'range',
      },
    });
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'only GET is allowed here');
  const url = new URL(request.url);
  const [, hexId, path] = ORIGIN_PATH.exec(url.pathname) ?? [];
  const endpoint = Object.values(context.state.originEndpoints).find((other) => other.hexId === hexId);
  if (endpoint === undefined || path === undefined || endpoint.settings.Origination === 'DENY') {
    return plain(404, 'nothing exists at this address');
  }
  if (!isAuthorized(context, endpoint.settings.Authorization, request.headers)) {
    return plain(403, 'this endpoint serves its CDN only');
  }
  const manifest = `${endpoint.settings.ManifestName ?? 'index'}.m3u8`;
  const engineName = path === manifest ? 'index.m3u8' : path;
  let media: Response;
  try {
    media = await context.engine.fetchPackage(endpoint.settings.ChannelId!, `${engineName}${url.search}`);
  } catch {
    return plain(503, 'the media engine is not available');
  }
  if (!media.ok) {
    await media.body?.cancel();
    return plain(media.status, 'nothing is packaged at this address now');
  }
  return new Response(request.method === 'HEAD' ? null : media.body, {
    status: media.status,
    headers: {
      ...CORS,
      'content-type': CONTENT_TYPES[extensionOf(path)] ?? 'application/octet-stream',
      'cache-control': media.headers.get('cache-control') ?? CACHE_CONTROL[extensionOf(path)] ?? 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}

const CORS = { 'access-control-allow-origin': '*' };

const CONTENT_TYPES: Record<string, string> = {
  m3u8: 'application/vnd.apple.mpegurl',
  ts: 'video/mp2t',
  m4s: 'video/iso.segment',
  mp4: 'video/mp4',
};

// A playlist changes with every segment; a written segment never changes.
const CACHE_CONTROL: Record<string, string> = {
  m3u8: 'no-cache',
  ts: 'max-age=86400',
  m4s: 'max-age=86400',
  mp4: 'max-age=86400',
};

function extensionOf(path: string): string {
  return path.split('.').at(-1) ?? '';
}

function plain(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: { ...CORS, 'content-type': 'text/plain', 'cache-control': 'no-store' },
  });
}

/** Finds an endpoint by its id. Throws NotFoundException. */
export function findEndpoint(context: MediaContext, id: string): OriginEndpointRecord {
  const endpoint = lookUp(context.state.originEndpoints, id);
  if (endpoint === undefined) throw notFound(`there is no origin endpoint ${id}`);
  return endpoint;
}

function toEndpoint(context: MediaContext, endpoint: OriginEndpointRecord) {
  const { settings } = endpoint;
  const manifest = settings.ManifestName ?? 'index';
  return {
    ...settings,
    Arn: endpoint.arn,
    CreatedAt: new Date(endpoint.createdAtMs).toISOString(),
    ManifestName: manifest,
    Origination: settings.Origination ?? ('ALLOW' as const),
    Url: `${context.originUrl}/out/v1/${endpoint.hexId}/${manifest}.m3u8`,
    Tags: tagsOf(context, endpoint.arn),
  };
}
