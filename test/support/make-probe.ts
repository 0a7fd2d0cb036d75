import type { IngestProbe, ProbeResult } from '../../functions/domain/ingest-probe.ts';

/** A server that accepts everything. */
export const REACHED: ProbeResult = {
  reached: 'application',
  failure: null,
  address: '203.0.114.7',
  certificateUntil: null,
};

/** A test of servers that dials none: every server accepts everything, except those named. */
export function makeProbe(
  results: Record<string, ProbeResult | null> = {},
  from: IngestProbe['from'] = 'sender',
): IngestProbe & { urls: string[] } {
  const urls: string[] = [];
  const answer = async (url: string) => {
    urls.push(url);
    return url in results ? results[url]! : REACHED;
  };
  return { from, urls, rtmp: answer, srt: ({ host, port }) => answer(`srt://${host}:${port}`) };
}
