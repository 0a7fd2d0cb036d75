import { expect, it } from 'vitest';

import type { EngineReport } from './contract.ts';
import { createReportLedger } from './report-ledger.ts';

function makeReport(framesSent: number, connections: number): EngineReport {
  return {
    atMs: 1,
    sources: [{ flowArn: 'flow', state: 'connected', sinceMs: 1, bitrateBps: 5, continuityErrors: 0, connections }],
    channels: [
      {
        channelId: 'one',
        state: 'publishing',
        sinceMs: 1,
        mode: 'copy',
        bitrateBps: 5,
        framesPerSecond: 30,
        framesSent,
        droppedFrames: 1,
        unsentFrames: 0,
        reconnects: 0,
        bytesSent: framesSent,
        queuedBytes: 2,
      },
    ],
    callers: [
      {
        outputArn: 'output',
        state: 'connected',
        sinceMs: 1,
        bitrateBps: 5,
        packetsSent: framesSent,
        packetsResent: 1,
        packetsDropped: 0,
        bytesDelivered: framesSent,
        disconnections: 0,
      },
    ],
  };
}

it('continues the totals across two restarts of the engine', () => {
  const ledger = createReportLedger();
  ledger.take(makeReport(100, 1));
  ledger.engineDied(2);
  ledger.take(makeReport(10, 1));
  expect(ledger.newest().channels[0]).toMatchObject({ framesSent: 110, reconnects: 1, droppedFrames: 2 });
  ledger.engineDied(3);
  ledger.take(makeReport(5, 2));
  expect(ledger.newest().channels[0]).toMatchObject({ framesSent: 115, reconnects: 2 });
  expect(ledger.newest().sources[0]).toMatchObject({ connections: 4 });
  expect(ledger.newest().callers[0]).toMatchObject({ packetsSent: 115, packetsResent: 3, disconnections: 2 });
  ledger.keepCallers(new Set());
  expect(ledger.newest().callers).toEqual([]);
});

it('reports that no media moves while the engine is restarting', () => {
  const ledger = createReportLedger();
  ledger.take(makeReport(100, 1));
  const { sources, channels } = ledger.engineDied(2);
  expect(sources[0]).toMatchObject({ state: 'failed', sinceMs: 2, bitrateBps: 0 });
  expect(channels[0]).toMatchObject({ state: 'waiting_for_input', mode: 'none', framesPerSecond: 0, framesSent: 100 });
});

it('starts at zero for a channel that was stopped and started again', () => {
  const ledger = createReportLedger();
  ledger.take(makeReport(100, 1));
  ledger.engineDied(2);
  ledger.forgetChannel('one');
  expect(ledger.newest().channels).toEqual([]);
  expect(ledger.take(makeReport(3, 1)).channels[0]).toMatchObject({ framesSent: 3 });
});
