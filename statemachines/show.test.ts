import { readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import { expect, it } from 'vitest';
import { SHOW_STEPS } from '../functions/workflow/show-steps.ts';

interface State {
  Type: string;
  Next?: string;
  Parameters?: object;
  ResultPath?: string;
  Retry?: object[];
  Choices?: { StringEquals: string; Next: string }[];
  Default?: string;
  TimestampPath?: string;
}

const load = (file: string): { States: Record<string, State> } =>
  JSON.parse(readFileSync(new URL(`${file}.asl.json`, import.meta.url), 'utf8'));

const { States: states } = load('show');
const step = states[SHOW_STEPS[0]]!;

it('show.asl.json is valid Amazon States Language', () => {
  expect(aslValidator(load('show') as never).errors).toEqual([]);
});

it('its task is the step of the workflow function, which gets an id and numbers only', () => {
  expect(step.Parameters).toEqual({
    step: 'AdvanceShow',
    'showId.$': '$.showId',
    'revision.$': '$.revision',
    'rounds.$': '$.verdict.rounds',
  });
  expect(step.Retry).toEqual(load('incident').States['EvaluateIncident']!.Retry);
});

it('waits until the instant that the step names, calls the step again, and ends only when the step says so', () => {
  const choice = states[step.Next!]!;
  expect(choice.Choices).toMatchObject([{ StringEquals: 'wait', Next: 'Wait' }]);
  expect(states['Wait']).toEqual({ Type: 'Wait', TimestampPath: '$.verdict.waitUntil', Next: 'AdvanceShow' });
  expect(states[choice.Default!]!.Type).toBe('Succeed');
});
