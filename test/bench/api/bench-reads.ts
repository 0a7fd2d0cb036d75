import type { BenchProduct } from '../product/bench-product.ts';
import type { Outcome } from '../outcome.ts';
import { describeSpread, toSpread } from '../statistics.ts';
import type { BareServer } from './bare-server.ts';
import { AUTHORIZED } from './destinations.ts';
import { applyLoad, countFailed, type LoadResult } from './load.ts';

export interface ReadsOptions {
  rounds: number;
  secondsPerRound: number;
  parallel: number;
  print: (line: string) => void;
}

/** What is read, and by whom. */
const READS: { figure: string; path: string }[] = [
  { figure: 'list, 50 a page (the default)', path: '/api/destinations' },
  { figure: 'list, 200 a page (the dashboard)', path: '/api/destinations?limit=200' },
  { figure: 'flow status (the dashboard)', path: '/api/mediaconnect/flow/status' },
];

/** Reads what a dashboard polls, in turn from the product and from a bare server that answers with the same bytes. */
export async function benchReads(bench: BenchProduct, bare: BareServer, options: ReadsOptions): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const read of READS) outcomes.push(await benchRead(bench, bare, { ...options, ...read }));
  return { rows: outcomes.flatMap(({ rows }) => rows), gates: outcomes.flatMap(({ gates }) => gates) };
}

async function benchRead(
  { product }: BenchProduct,
  bare: BareServer,
  { figure, path, rounds, secondsPerRound, parallel, print }: ReadsOptions & { figure: string; path: string },
): Promise<Outcome> {
  const { status, body } = await product.call('GET', path);
  if (status !== 200) throw new Error(`${path} was refused: ${status} ${JSON.stringify(body)}`);
  const bytes = JSON.stringify(body);
  await bare.store(path, bytes);
  const load = { parallel, until: { seconds: secondsPerRound }, requestOf: () => ({ path, headers: AUTHORIZED }) };
  const ours: LoadResult[] = [];
  const theirs: LoadResult[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await applyLoad({ ...load, origin: product.origin, processId: product.process.pid! }));
    theirs.push(await applyLoad({ ...load, origin: bare.origin, processId: bare.processId }));
    print(`${path}: ${ours.at(-1)!.rate.toFixed(0)} a second; bare server ${theirs.at(-1)!.rate.toFixed(0)}`);
  }
  const of = (results: LoadResult[], value: (result: LoadResult) => number, digits: number) =>
    describeSpread(toSpread(results.map(value)), digits);
  const ratios = ours.map(({ rate }, round) => rate / theirs[round]!.rate);
  const size = `${(Buffer.byteLength(bytes) / 1000).toFixed(0)} kB`;
  const name = `${figure}, ${size}, ${parallel} at a time`;
  return {
    rows: [
      {
        figure: `${name}: answers a second`,
        measured: of(ours, ({ rate }) => rate, 0),
        compared: `bare server ${of(theirs, ({ rate }) => rate, 0)}; ours is ${describeSpread(toSpread(ratios), 3)} of it`,
      },
      {
        figure: `${name}: 95 % within`,
        measured: `${of(ours, ({ p95Ms }) => p95Ms, 0)} ms`,
        compared: `bare server ${of(theirs, ({ p95Ms }) => p95Ms, 0)} ms`,
      },
      {
        figure: `${name}: processor time per answer`,
        measured: `${of(ours, ({ cpuMs }) => cpuMs!, 2)} ms`,
        compared: `bare server ${of(theirs, ({ cpuMs }) => cpuMs!, 2)} ms`,
      },
    ],
    gates: [
      {
        name: `${name}: answers that were no success`,
        value: ours.reduce((sum, each) => sum + countFailed(each), 0),
        limit: 0,
      },
    ],
  };
}
