import { generateKeyPairSync } from 'node:crypto';
import { createAudience } from '../../functions/audience/app.ts';
import type { AudienceDeps } from '../../functions/audience/audience-deps.ts';
import type { TestApi } from './api.ts';

/** A live stream in memory: its files by path, and what was fetched of it. */
export function makeLiveMedia() {
  const files = new Map<string, string>();
  const fetched: string[] = [];
  return {
    files,
    fetched,
    async fetch(path: string): Promise<Response> {
      fetched.push(path);
      const found = files.get(path);
      return found === undefined ? new Response('nothing', { status: 404 }) : new Response(found);
    },
  };
}

/** Signs the cookies of private shows. */
export const MEDIA_KEY = {
  keyPairId: 'K2JCJMDEHXQW5F',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
};

/** Creates the public side on the table and the buckets of a test API, at the same time. */
export function makeAudience(test: TestApi, changes: Partial<AudienceDeps> = {}) {
  let secrets = 0;
  const log: string[] = [];
  const audience = createAudience({
    clients: test.deps.clients,
    deployment: test.deps.deployment,
    now: () => test.time.now,
    newSecret: () => `viewing${++secrets}`,
    logger: { error: (message, fields) => void log.push(JSON.stringify({ message, ...fields })) },
    assets: null,
    mediaKey: async () => MEDIA_KEY,
    chatKey: new Uint8Array(32).fill(7),
    viewersMax: 3,
    nameCaller: () => 'caller',
    https: false,
    isHostAllowed: (host) => host === 'localhost',
    ...changes,
  });
  return { audience, log };
}
