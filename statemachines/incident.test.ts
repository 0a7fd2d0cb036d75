import { readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import { expect, it } from 'vitest';
import { INCIDENT_STEPS } from '../functions/workflow/incident-steps.ts';

interface State {
  Type: string;
  Next?: string;
  Parameters?: object;
  ResultPath?: string | null;
  Retry?: object[];
  Choices?: { StringEquals: string; Next: string }[];
  Default?: string;
}

const load = (file: string): { States: Record<string, State> } =>
  JSON.parse(readFileSync(new URL(`${file}.asl.json`, import.meta.url), 'utf8'));

const { States: states } = load('incident');
const tasks = Object.entries(states).filter(([, { Type: type }]) => type === 'Task');

it('incident.asl.json is valid Amazon States Language', () => {
  expect(aslValidator(load('incident') as never).errors).toEqual([]);
});

it('its tasks are the steps of the workflow function, which get ids and a count only', () => {
  expect(tasks.map(([name]) => name)).toEqual([...INCIDENT_STEPS]);
  for (const [name, { Parameters: parameters }] of tasks) {
    expect(parameters).toEqual({
      step: name,
      'incidentId.$': '$.incidentId',
      'revision.$': '$.revision',
      'rounds.$': '$.verdict.rounds',
    });
  }
});

it('its tasks retry what those of the destinations retry', () => {
  const { Retry: retry } = load('destination-start').States['Settle']!;
  for (const [, state] of tasks) expect(state.Retry).toEqual([retry!.at(-1)]);
});

it('evaluates again after each step and each wait, and ends only when the verdict says so', () => {
  const { Choices: choices, Default: end } = states['WhatIsNext']!;
  expect(choices!.map(({ StringEquals: verdict, Next: next }) => [verdict, next])).toEqual([
    ['notify', 'NotifyIncident'],
    ['escalate', 'EscalateIncident'],
    ['wait', 'Wait'],
  ]);
  for (const { Next: next } of choices!) expect(states[next]!.Next).toBe('EvaluateIncident');
  expect([states['EvaluateIncident']!.Next, states[end!]!.Type]).toEqual(['WhatIsNext', 'Succeed']);
});
