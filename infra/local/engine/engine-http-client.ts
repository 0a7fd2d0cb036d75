import type { MediaEngine } from './contract.ts';
import { ENGINE_SECRET_HEADER, TAKEN_AT_HEADER } from './engine-messages.ts';

/**
 * Reads HLS and pictures from the engine's HTTP server.
 * @param engine.port port of the server; null while no engine is running
 */
export function createEngineHttpClient(engine: {
  port: () => number | null;
  secret: string;
}): Pick<MediaEngine, 'fetchPackage' | 'fetchSourcePicture'> {
  const get = (port: number, path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { [ENGINE_SECRET_HEADER]: engine.secret } });

  return {
    async fetchPackage(packageChannelId, path) {
      const port = engine.port();
      if (port === null) return new Response('the media engine is being restarted', { status: 503 });
      try {
        return await get(port, `/packages/${encodeURIComponent(packageChannelId)}/${path}`);
      } catch {
        return new Response('the media engine does not answer', { status: 503 });
      }
    },
    async fetchSourcePicture(flowArn, name) {
      const port = engine.port();
      if (port === null) return null;
      try {
        const answer = await get(port, `/pictures/${encodeURIComponent(flowArn)}/${name ?? ''}`);
        if (!answer.ok) return null;
        return { jpeg: await answer.bytes(), takenAtMs: Number(answer.headers.get(TAKEN_AT_HEADER)) };
      } catch {
        return null;
      }
    },
  };
}
