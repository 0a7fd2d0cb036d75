import { readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { OPERATION_KINDS } from '../functions/domain/destination.ts';
import { OPERATIONS } from '../functions/domain/lifecycle.ts';
import { printStateMachine } from './generate.ts';

/** Where the results of the steps that end an operation go. */
const RESULT_PATHS: Record<string, string | null> = { Settle: null, SettleFailed: '$.ending' };

interface State {
  Type: string;
  Next?: string;
  End?: boolean;
  Resource?: string;
  Parameters?: Record<string, unknown>;
  ResultPath?: string | null;
  TimeoutSeconds?: number;
  Retry?: { ErrorEquals: string[]; JitterStrategy?: string; MaxAttempts: number }[];
  Catch?: { ErrorEquals: string[]; Next: string; ResultPath: string }[];
}

function load(kind: string): { StartAt: string; TimeoutSeconds: number; States: Record<string, State> } {
  return JSON.parse(readFileSync(new URL(`destination-${kind}.asl.json`, import.meta.url), 'utf8'));
}

/** Follows `Next` from a state to the end of its path. */
function pathFrom(states: Record<string, State>, from: string): string[] {
  const path: string[] = [];
  for (let name: string | undefined = from; name; name = states[name]?.Next) path.push(name);
  return path;
}

describe.each(OPERATION_KINDS)('destination-%s.asl.json', (kind) => {
  const definition = load(kind);
  const { steps, undo } = OPERATIONS[kind];
  const tasks = Object.entries(definition.States).filter(([, state]) => state.Type === 'Task');

  it('is what the lifecycle tables generate', () => {
    const committed = readFileSync(new URL(`destination-${kind}.asl.json`, import.meta.url), 'utf8');
    expect(printStateMachine(kind) === committed, 'run npm run statemachines').toBe(true);
  });

  it('is valid Amazon States Language', () => {
    const { isValid, errors } = aslValidator(definition);
    expect(errors).toEqual([]);
    expect(isValid).toBe(true);
  });

  it('runs the steps of the lifecycle table, then settles', () => {
    expect(pathFrom(definition.States, definition.StartAt)).toEqual([...steps, 'Settle']);
  });

  it('undoes in the order of the lifecycle table when any step fails', () => {
    for (const step of steps) {
      const caught = definition.States[step]!.Catch!;
      expect(caught).toHaveLength(1);
      expect(caught[0]).toMatchObject({ ErrorEquals: ['States.ALL'], ResultPath: '$.failure' });
      expect(pathFrom(definition.States, caught[0]!.Next)).toEqual([...undo, 'SettleFailed', 'HowItEnded']);
    }
  });

  it('settles even when an undo step fails, and keeps the first failure', () => {
    for (const step of undo) {
      expect(definition.States[step]!.Catch).toEqual([
        { ErrorEquals: ['States.ALL'], ResultPath: '$.releaseFailure', Next: 'SettleFailed' },
      ]);
    }
  });

  it('passes only ids, times and step results, and names each step after its state', () => {
    for (const [name, state] of tasks) {
      expect(state.Parameters).toEqual({
        step: name,
        'destinationId.$': '$.destinationId',
        'generation.$': '$.generation',
        'enteredAt.$': '$$.State.EnteredTime',
        'retryCount.$': '$$.State.RetryCount',
        'steps.$': '$.steps',
        ...(name === 'SettleFailed' ? { 'failure.$': '$.failure' } : {}),
      });
      expect(state.ResultPath).toBe(RESULT_PATHS[name] === undefined ? `$.steps.${name}` : RESULT_PATHS[name]);
      expect(state.Resource).toBe('${WorkflowFunctionArn}');
      expect(state.TimeoutSeconds).toBeGreaterThan(0);
    }
  });

  it('retries a function that times out or is cut off, under every name of that error', () => {
    // Older runtimes report Lambda.Unknown, newer ones what ended the sandbox.
    // https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    for (const [name, state] of tasks) {
      const trouble = state.Retry!.find((retrier) => retrier.ErrorEquals.includes('Throttled'))!;
      expect([name, trouble.ErrorEquals]).toEqual([
        name,
        expect.arrayContaining(['States.Timeout', 'Sandbox.Timedout', 'Lambda.Unknown']),
      ]);
    }
  });

  it('retries waits without jitter and failures with it', () => {
    for (const [, state] of tasks) {
      const waiting = state.Retry!.find((retrier) => retrier.ErrorEquals.includes('NotSettled'))!;
      const trouble = state.Retry!.find((retrier) => retrier.ErrorEquals.includes('Throttled'))!;
      expect(waiting.JitterStrategy).toBeUndefined();
      expect(trouble.JitterStrategy).toBe('FULL');
      expect(state.Retry!.flatMap((retrier) => retrier.ErrorEquals)).not.toContain('States.ALL');
    }
  });

  it('retries ensure steps in a second when their resource is due', () => {
    for (const [name, state] of tasks) {
      const soon = state.Retry!.filter((retrier) => retrier.ErrorEquals.includes('SettlesSoon'));
      const expected = { ErrorEquals: ['SettlesSoon'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 300 };
      expect([name, soon]).toEqual([name, name.startsWith('Ensure') ? [expected] : []]);
    }
  });

  it('uses only features that AWS and the local interpreter both have', () => {
    const types = new Set(Object.values(definition.States).map((state) => state.Type));
    for (const type of types) expect(['Task', 'Choice', 'Succeed', 'Fail']).toContain(type);
    const contextPaths = JSON.stringify(definition).match(/\$\$[\w.]*/g) ?? [];
    expect(new Set(contextPaths)).toEqual(new Set(['$$.State.EnteredTime', '$$.State.RetryCount']));
  });
});
