import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlowStatusResource } from '../../functions/api/schemas/flow.ts';
import type { IncidentResource } from '../../functions/api/schemas/incidents.ts';
import { descendantsOf, findFreePorts, isAlive, startProduct, type Product } from '../support/product.ts';
import { findTestFfmpeg } from '../support/test-media.ts';
import { waitFor } from '../support/wait-for.ts';

/** Black, silence and their end in a real feed: through the engine, the metrics and the monitor into incidents. */

const directory = mkdtempSync(join(tmpdir(), 'sluice-analysis-'));
const ffmpegPath = findTestFfmpeg()!;
let product: Product;
let sender: ChildProcess | undefined;

const source = async (): Promise<FlowStatusResource['source']> =>
  (await product.call('GET', '/api/mediaconnect/flow/status')).body.source;
const incidents = async (): Promise<IncidentResource[]> => (await product.call('GET', '/api/incidents')).body.data;
const stateOf = async (rule: string) => (await incidents()).find((incident) => incident.rule === rule)?.state;

async function send(picture: string, sound: string): Promise<void> {
  if (sender) {
    sender.kill('SIGKILL');
    // The listener refuses a second caller while it believes that the first one is there.
    await waitFor('the end of the feed', async () => (await source()).state !== 'connected');
  }
  const { ingest } = (await product.call('GET', '/api/mediaconnect/flow/status')).body as FlowStatusResource;
  const url = `srt://127.0.0.1:${ingest.port}?mode=caller&latency=200000`;
  sender = spawn(
    ffmpegPath,
    [
      ...['-v', 'error', '-nostdin', '-re', '-f', 'lavfi', '-i', picture, '-re', '-f', 'lavfi', '-i', sound],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
      ...['-f', 'mpegts', url],
    ],
    { stdio: 'ignore' },
  );
}

beforeAll(async () => {
  product = await startProduct(await findFreePorts(), join(directory, 'data'), { SRT_PASSPHRASE: 'none' });
});
afterAll(async () => {
  sender?.kill('SIGKILL');
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe.skipIf(!findTestFfmpeg())('the analysis of the source', () => {
  it('black and silence open their incidents with the time they began, and are shown with the source', async () => {
    await send('color=black:size=640x360:rate=30', 'anullsrc=r=48000:cl=stereo');
    const seen = await waitFor('black and silence', async () => {
      const { analysis } = await source();
      return analysis?.black && analysis.silent ? analysis : null;
    });
    expect(seen.notAnalysed).toBeNull();
    expect(seen.loudness).toMatchObject({ momentaryLufs: null, channelPeaksDbfs: [null, null] });
    await waitFor('both incidents', async () => {
      const states = await Promise.all([stateOf('source_black'), stateOf('source_silent')]);
      return states.every((state) => state === 'open') || null;
    });
    const black = (await incidents()).find(({ rule }) => rule === 'source_black')!;
    expect(Math.abs(Date.parse(black.since) - Date.parse(seen.blackSince!))).toBeLessThan(4_000);
    // Black is the cause; that it does not change is no second incident.
    expect((await incidents()).filter(({ rule, hiddenBy }) => rule === 'source_frozen' && !hiddenBy)).toEqual([]);
  });

  it('a moving picture with sound resolves both, and its loudness is measured', async () => {
    await send('testsrc2=size=640x360:rate=30', "aevalsrc='0.1*sin(2*PI*1000*t)|0.1*sin(2*PI*1000*t)':s=48000");
    await waitFor('the end of both incidents', async () => {
      const states = await Promise.all([stateOf('source_black'), stateOf('source_silent')]);
      return states.every((state) => state !== 'open') || null;
    });
    const { loudness } = await waitFor('the loudness', async () => {
      const { analysis } = await source();
      return analysis?.loudness?.integratedLufs ? analysis : null;
    });
    expect(Math.abs(loudness!.momentaryLufs! + 20)).toBeLessThan(0.5);
  });

  it('without the analyser nothing is known, and the source stays connected', async () => {
    const analyser = descendantsOf(product.process.pid!).find(({ command }) => command.includes('signalstats'))!;
    process.kill(analyser.pid, 'SIGKILL');
    const { state, analysis } = await waitFor('the unknown', async () => {
      const found = await source();
      return found.analysis?.notAnalysed ? found : null;
    });
    expect(state).toBe('connected');
    expect(analysis).toMatchObject({ black: null, frozen: null, silent: null, loudness: null });
    await waitFor('figures again', async () => (await source()).analysis?.loudness ?? null);
  });

  it('the analyser ends with the product', async () => {
    const processes = descendantsOf(product.process.pid!);
    expect(processes.some(({ command }) => command.includes('signalstats'))).toBe(true);
    await product.stop('SIGTERM');
    await waitFor('every process to be gone', () => processes.every(({ pid }) => !isAlive(pid)) || null);
  });
});
