import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFailed } from 'vitest';
import type { BrowserContext } from 'playwright-core';

/** Contexts whose recording has begun; each test is a chunk of it. */
const recorded = new WeakSet<BrowserContext>();

/** Set to any value, it records: recording takes a quarter of the processor time of the browser tests. */
const RECORDS = Boolean(process.env['TEST_TRACE']);

/**
 * Records what the running test does with a page, where `TEST_TRACE` asks for it: actions, requests, console and the page
 * before and after each action. A test that fails leaves the recording in a temporary folder and prints how to open it;
 * of others nothing is kept. Without a recording it prints how to get one.
 */
export async function recordTrace(context: BrowserContext): Promise<void> {
  if (!RECORDS) {
    onTestFailed(({ task }) => console.error(`for a trace of "${task.name}", run it again with TEST_TRACE=1`));
    return;
  }
  if (recorded.has(context)) await context.tracing.stopChunk();
  else await context.tracing.start({ snapshots: true });
  recorded.add(context);
  await context.tracing.startChunk();
  onTestFailed(async ({ task }) => {
    const path = join(mkdtempSync(join(tmpdir(), 'sluice-trace-')), 'trace.zip');
    await context.tracing.stopChunk({ path });
    await context.tracing.startChunk();
    console.error(`trace of "${task.name}": npx playwright-core show-trace ${path}`);
  });
}
