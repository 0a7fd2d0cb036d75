import { readFileSync } from 'node:fs';
import type { BenchProduct } from '../product/bench-product.ts';
import type { Outcome } from '../outcome.ts';
import { sleep } from '../child-processes.ts';
import { AUTHORIZED } from './destinations.ts';
import { applyLoad, countFailed } from './load.ts';

export interface MemoryOptions {
  requests: number;
  parallel: number;
  idleSeconds: number;
  print: (line: string) => void;
}

/** Resident memory that the main process may take, in MB. */
export const RSS_MB_MAX = 400;
const PARTS = 6;

/** What a page and a script ask for in turn. */
export const PATHS = [
  '/api/destinations?limit=200',
  '/api/mediaconnect/flow/status',
  '/api/destinations?limit=200',
  '/api/costs',
];

/** Resident memory of the main process, after as many requests as 20 a second make in an hour. */
export async function benchMemory(
  { product }: BenchProduct,
  { requests, parallel, idleSeconds, print }: MemoryOptions,
): Promise<Outcome> {
  const before = readRssMb(product.process.pid!);
  let failed = 0;
  let peak = before;
  const startedAtMs = performance.now();
  for (let part = 0; part < PARTS; part++) {
    const result = await applyLoad({
      origin: product.origin,
      parallel,
      until: { count: Math.ceil(requests / PARTS) },
      requestOf: (index) => ({ path: PATHS[index % PATHS.length]!, headers: AUTHORIZED }),
    });
    failed += countFailed(result);
    const now = readRssMb(product.process.pid!);
    peak = Math.max(peak, now);
    print(
      `${result.count} requests, ${result.rate.toFixed(0)} a second ${JSON.stringify(result.statuses)}: ${now.toFixed(0)} MB`,
    );
  }
  const minutes = (performance.now() - startedAtMs) / 60_000;
  await sleep(idleSeconds * 1000);
  const after = readRssMb(product.process.pid!);
  print(`${idleSeconds} s later: ${after.toFixed(0)} MB`);
  const name = `memory of the main process after ${requests} requests in ${minutes.toFixed(1)} minutes`;
  return {
    rows: [
      {
        figure: `${name} and ${idleSeconds} s`,
        measured: `${after.toFixed(0)} MB`,
        compared: `${before.toFixed(0)} MB before, ${peak.toFixed(0)} MB at most`,
        aim: `${RSS_MB_MAX} MB`,
      },
    ],
    gates: [
      { name, value: Math.round(after), limit: RSS_MB_MAX },
      { name: 'memory: answers that were no success', value: failed, limit: 0 },
    ],
  };
}

/** Resident memory of one process, in MB. */
export function readRssMb(processId: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
