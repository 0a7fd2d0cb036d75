import type { FlowStatusResource } from '../../functions/api/schemas/flow.ts';

/** Returns a flow with a connected encoder in the API's form. */
export function makeFlow(changes: Partial<FlowStatusResource> = {}): FlowStatusResource {
  return {
    flowArn: 'arn:aws:mediaconnect:eu-central-1:000000000000:flow:main',
    name: 'main',
    status: 'ACTIVE',
    source: {
      state: 'connected',
      detail: '',
      remedy: '',
      since: null,
      bitrateBps: null,
      continuityErrors: null,
      packetLossPercent: null,
      roundTripMs: null,
      jitterMs: null,
      video: null,
      audio: null,
      audioTracks: [],
      analysis: null,
      warnings: [],
    },
    ingest: {
      protocol: 'srt',
      host: '127.0.0.1',
      port: 9998,
      latencyMs: 200,
      encrypted: false,
      srtUrl: 'srt://127.0.0.1:9998?a=b&c=d',
    },
    sources: [],
    preferredSource: null,
    preview: { hlsUrl: null, destinationId: 'primary' },
    outputs: { used: 0, limit: 50 },
    observedAt: '2026-11-21T18:00:00.000Z',
    ...changes,
  };
}
