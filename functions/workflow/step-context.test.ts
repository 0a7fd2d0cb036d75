import { describe, expect, it } from 'vitest';
import type { HeldResources } from '../domain/destination.ts';
import { recordHeld, settleWithin, type StepContext } from './step-context.ts';

const ENTERED_AT = Date.parse('2026-11-30T18:00:00.000Z');

/** Builds the context of a step that entered its state this long ago, and took 20 seconds at the last start. */
function contextAt(elapsedMs: number, { attempts = 5, tookMs = { EnsureChannelRun: 20_000 } as object } = {}) {
  let nowMs = ENTERED_AT + elapsedMs;
  const context = {
    deps: {
      now: () => new Date(nowMs),
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    },
    record: { tookMs },
    generation: 1,
    steps: [{ step: 'EnsureChannelRun', startedAt: new Date(ENTERED_AT).toISOString(), attempts }],
  } as unknown as StepContext;
  return context;
}

/** Returns how the wait ends, and how often it polled. */
async function wait(context: StepContext): Promise<[string, number]> {
  let looks = 0;
  const look = async () => void (looks += 1);
  const ended = await settleWithin(context, look, () => false, 'nothing').catch((error: Error) => error.name);
  return [ended as string, looks];
}

describe('settleWithin', () => {
  it('polls several times on the first attempt, whatever the last start took', async () => {
    expect(await wait(contextAt(0, { attempts: 1 }))).toEqual(['NotSettled', 4]);
  });

  it('polls once per attempt while the resource is not due', async () => {
    expect(await wait(contextAt(10_000))).toEqual(['NotSettled', 1]);
  });

  it.each([16_000, 20_000, 24_000])('polls more often around the time of the last start, after %i ms', async (ms) => {
    expect(await wait(contextAt(ms))).toEqual(['SettlesSoon', 3]);
  });

  it('polls once per attempt again when the step takes much longer than last time', async () => {
    expect(await wait(contextAt(26_000))).toEqual(['NotSettled', 1]);
  });

  it('polls around the shortest start of a channel while the step has never been timed', async () => {
    for (const tookMs of [{}, { EnsureInput: 90_000 }]) {
      expect(await wait(contextAt(20_000, { tookMs }))).toEqual(['SettlesSoon', 3]);
      expect(await wait(contextAt(40_000, { tookMs }))).toEqual(['NotSettled', 1]);
    }
  });

  it('prefers the measured time over the usual one', async () => {
    expect(await wait(contextAt(20_000, { tookMs: { EnsureChannelRun: 90_000 } }))).toEqual(['NotSettled', 1]);
    expect(await wait(contextAt(90_000, { tookMs: { EnsureChannelRun: 90_000 } }))).toEqual(['SettlesSoon', 3]);
  });

  it('returns at the first poll that reaches the state', async () => {
    let looks = 0;
    const seen = await settleWithin(
      contextAt(20_000),
      async () => (looks += 1),
      (view) => view === 2,
      'two',
    );
    expect(seen).toBe(2);
  });
});

describe('recordHeld', () => {
  it('writes nothing when the table returns the same resources with their members in another order', async () => {
    const stored = { input: { port: 1935, address: '192.0.2.1', inputId: 'in-1' } };
    const read: HeldResources = { input: { inputId: 'in-1', address: '192.0.2.1', port: 1935 } };
    const commands: string[] = [];
    const send = async (command: object) => {
      commands.push(command.constructor.name);
      return { Item: { destinationId: 'dst-1', held: stored, operation: { generation: 1 }, writeCount: 1 } };
    };
    const context = {
      deps: { clients: { table: { send } }, deployment: { tableName: 'sluice' } },
      record: { destinationId: 'dst-1', held: read },
      generation: 1,
      steps: [],
    } as unknown as StepContext;
    await recordHeld(context, {});
    expect(commands).toEqual(['GetCommand']);
  });
});
