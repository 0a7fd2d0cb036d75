import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cbor } from '@smithy/core/cbor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsFront } from './aws-front.ts';
import type { AwsFront } from './aws-front.ts';
import { PortTakenError } from '../../host/ports.ts';
import type { LocalService } from './local-service.ts';

const signedFor = (service: string): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=local/20261121/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

/** Creates a service that echoes the request, so that a test sees what reached it. */
function makeEcho(signingName: string): LocalService {
  return {
    signingName,
    handle: async (request) => {
      const url = new URL(request.url);
      return Response.json({
        service: signingName,
        method: request.method,
        path: url.pathname + url.search,
        bytes: (await request.arrayBuffer()).byteLength,
      });
    },
  };
}

let front: AwsFront;
beforeEach(async () => {
  front = await startAwsFront({ port: 0, services: [makeEcho('states'), makeEcho('kms'), makeEcho('mediapackage')] });
});
afterEach(() => front.close());

describe('startAwsFront', () => {
  it('passes a request to the service it was signed for, with path, query and body intact', async () => {
    const response = await fetch(`${front.endpoint}/v1/flows/arn%3Aaws%3Aflow%3A1?maxResults=2`, {
      method: 'POST',
      headers: signedFor('kms'),
      body: 'x'.repeat(70_000),
    });
    expect(await response.json()).toEqual({
      service: 'kms',
      method: 'POST',
      path: '/v1/flows/arn%3Aaws%3Aflow%3A1?maxResults=2',
      bytes: 70_000,
    });
  });

  it('refuses a request that is not signed, as AWS does', async () => {
    for (const headers of [
      {},
      { authorization: 'Bearer x' },
      { authorization: 'AWS4-HMAC-SHA256 Credential=a/b/kms' },
    ]) {
      const response = await fetch(front.endpoint, { method: 'POST', headers: headers as Record<string, string> });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
    }
  });

  it('lists its services when it refuses an unknown one', async () => {
    const response = await fetch(front.endpoint, { headers: signedFor('iot') });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      __type: 'UnknownOperationException',
      message: 'there is no local endpoint for iot; served are states, kms, mediapackage',
    });
  });

  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

  it.each([
    ['iam', form, '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>there is no'],
    ['ec2', form, '<Response><Errors><Error><Code>InvalidAction</Code><Message>there is no'],
    ['s3', {}, '<Error><Code>NotImplemented</Code><Message>there is no'],
    ['route53', {}, '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>there is no'],
  ])('refuses %s with %j in the XML of its clients', async (service, headers, beginning) => {
    const response = await fetch(front.endpoint, { method: 'POST', headers: { ...signedFor(service), ...headers } });
    expect(response.headers.get('content-type')).toBe('text/xml');
    expect(await response.text()).toContain(beginning);
  });

  it('refuses a CBOR client in CBOR', async () => {
    const headers = { ...signedFor('iot'), 'smithy-protocol': 'rpc-v2-cbor' };
    const response = await fetch(front.endpoint, { method: 'POST', headers });
    expect(response.headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
    expect(cbor.deserialize(new Uint8Array(await response.arrayBuffer()))).toMatchObject({
      __type: 'UnknownOperationException',
    });
  });

  it('refuses a wrong access key with the error code of each protocol', async () => {
    const guarded = await startAwsFront({ port: 0, services: [makeEcho('kms')], accessKeyId: 'right' });
    const refused = async (service: string, headers: Record<string, string>) =>
      (await fetch(guarded.endpoint, { method: 'POST', headers: { ...signedFor(service), ...headers } })).text();
    expect(await refused('kms', { 'x-amz-target': 'TrentService.Encrypt' })).toContain('UnrecognizedClientException');
    expect(await refused('sts', form)).toContain('<Code>InvalidClientTokenId</Code>');
    expect(await refused('s3', {})).toContain('<Code>InvalidAccessKeyId</Code>');
    await guarded.close();
  });

  it.each(['/bucket/a/../b', '/bucket/./b', '/bucket/a/%2e%2E/b', '/bucket/..', '/bucket\\..\\x'])(
    'refuses the path %s, which URL resolution would change',
    async (path) => {
      expect(await rawStatus(front.port, { path, headers: signedFor('kms') })).toBe(400);
      expect(await rawStatus(front.port, { path: '/bucket/a..b/..c', headers: signedFor('kms') })).toBe(200);
    },
  );

  it('allows a web page to play HLS without a signature, and nothing else', async () => {
    const playlist = await fetch(`${front.endpoint}/out/v1/primary/index.m3u8`);
    expect(playlist.headers.get('access-control-allow-origin')).toBe('*');
    expect(await playlist.json()).toMatchObject({ service: 'mediapackage', method: 'GET' });
    const head = await fetch(`${front.endpoint}/out/v1/primary/index.m3u8`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    const preflight = await fetch(`${front.endpoint}/out/v1/primary/index.m3u8`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).not.toMatch(/authorization|\*/i);

    const outside = ['/channels', '/out/v1/../../channels', '/out/v1/%2e%2e/%2e%2e/channels'];
    for (const path of outside) expect(await rawStatus(front.port, { path })).toBe(403);
    expect((await fetch(`${front.endpoint}/out/v1/x`, { method: 'POST' })).status).toBe(403);
    expect((await fetch(front.endpoint, { method: 'OPTIONS' })).status).toBe(403);
  });

  it('accepts loopback names only, so that a web page cannot rebind a name to it', async () => {
    const headers = signedFor('kms');
    for (const host of ['evil.example', 'evil.example:4566', '127.0.0.1.evil.example', '10.0.0.1:80']) {
      expect(await rawStatus(front.port, { path: '/', headers: { ...headers, host } })).toBe(403);
    }
    for (const host of ['localhost:4566', '127.0.0.1', '[::1]:1']) {
      expect(await rawStatus(front.port, { path: '/', headers: { ...headers, host } })).toBe(200);
    }
  });

  it('refuses a body over 8 MB, with and without a content-length', async () => {
    const headers = signedFor('kms');
    const tooLarge = 8 * 1024 * 1024 + 1;
    const declared = await rawStatus(front.port, {
      method: 'POST',
      path: '/',
      headers: { ...headers, 'content-length': String(tooLarge) },
    });
    expect(declared).toBe(413);
    const chunked = await rawStatus(front.port, { method: 'POST', path: '/', headers }, Buffer.alloc(tooLarge));
    expect(chunked).toBe(413);
    expect(
      (await fetch(front.endpoint, { method: 'POST', headers, body: new Uint8Array(8 * 1024 * 1024) })).status,
    ).toBe(200);
  });

  it('survives malformed request targets and aborted requests', async () => {
    for (const path of ['//evil.example/out/v1/x', 'http://evil.example/', '/%00', '/out/v1/%zz']) {
      expect(await rawStatus(front.port, { path })).toBeGreaterThan(0);
    }
    const request = httpRequest({ port: front.port, host: '127.0.0.1', method: 'POST', headers: signedFor('kms') });
    request.on('error', () => {});
    request.write('half a');
    await new Promise((resolve) => setImmediate(resolve));
    request.destroy();
    expect((await fetch(front.endpoint, { headers: signedFor('kms') })).status).toBe(200);
  });

  it('names the port in use and the setting that changes it', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const failure = await startAwsFront({ port, services: [] }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PortTakenError);
    expect((failure as Error).message).toMatch(new RegExp(`port ${port} is in use.* LOCAL_AWS_PORT=`));
    await new Promise((resolve) => holder.close(resolve));
  });
});

function rawStatus(
  port: number,
  options: { method?: string; path: string; headers?: Record<string, string> },
  body?: Buffer,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, agent: false, ...options }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    if (body === undefined) {
      if (options.headers?.['content-length'] === undefined) request.end();
      else request.flushHeaders();
      return;
    }
    request.write(body);
    request.end();
  });
}
