/**
 * Serves HLS and the sources' pictures to the control process only. The port is on loopback, where every user of the
 * machine and every web page in a browser can reach it, so each request must carry the secret received over IPC.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGuardedServer } from '../host/guarded-server.ts';
import type { EngineCore } from './engine-core.ts';
import { LISTENER_NAMES } from './contract.ts';
import { ENGINE_SECRET_HEADER, TAKEN_AT_HEADER } from './engine-messages.ts';

/** The control process uses a few kept-alive connections; no other process may connect. */
const CONNECTIONS_MAX = 128;

type Served = Pick<EngineCore, 'fetchPackage' | 'fetchSourcePicture'>;

/** Creates the server without listening. */
export function createEngineServer(core: Served, secret: string): Server {
  const server = createGuardedServer({
    connectionsMax: CONNECTIONS_MAX,
    explain: () => ({ headers: {}, body: '' }),
    listener(request, response) {
      if (!isFromControlProcess(request, server, secret)) {
        response.writeHead(403, { connection: 'close' }).end();
        return;
      }
      answer(core, request.url ?? '/', response).catch(() => response.writeHead(500).end());
    },
  });
  return server;
}

function isFromControlProcess({ headers }: IncomingMessage, server: Server, secret: string): boolean {
  // A foreign host name that resolves to this machine means that a web page sent the request.
  if (headers.host !== `127.0.0.1:${(server.address() as AddressInfo).port}`) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const given = headers[ENGINE_SECRET_HEADER];
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(secret));
}

async function answer(core: Served, url: string, response: ServerResponse): Promise<void> {
  const [, kind, id = '', path = ''] = /^\/(pictures|packages)\/([^/]+)\/?(.*)$/.exec(url) ?? [];
  if (kind === 'pictures') await answerPicture(core, decodeURIComponent(id), path, response);
  else await answerPackage(core, decodeURIComponent(id), path, response);
}

/** @param listener name of a listener; empty: the one in use */
async function answerPicture(core: Served, flowArn: string, listener: string, response: ServerResponse): Promise<void> {
  const name = LISTENER_NAMES.find((each) => each === listener);
  const isUnknown = listener !== '' && !name;
  const picture = isUnknown ? null : await core.fetchSourcePicture(flowArn, name);
  if (!picture) response.writeHead(404).end();
  else
    response.writeHead(200, { 'content-type': 'image/jpeg', [TAKEN_AT_HEADER]: picture.takenAtMs }).end(picture.jpeg);
}

async function answerPackage(
  core: Served,
  packageChannelId: string,
  path: string,
  response: ServerResponse,
): Promise<void> {
  const { status, contentType, body } = await core.fetchPackage(packageChannelId, path);
  const isMedia = status === 200 && contentType === 'video/mp2t';
  response
    .writeHead(status, { 'content-type': contentType, 'cache-control': isMedia ? 'max-age=60' : 'no-cache' })
    .end(body);
}
