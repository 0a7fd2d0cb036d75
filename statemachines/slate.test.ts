import { readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import { expect, it } from 'vitest';

interface State {
  Parameters?: object;
  Retry?: object[];
  End?: boolean;
}

const load = (file: string): { States: Record<string, State> } =>
  JSON.parse(readFileSync(new URL(`${file}.asl.json`, import.meta.url), 'utf8'));

it('slate.asl.json is valid Amazon States Language', () => {
  expect(aslValidator(load('slate') as never).errors).toEqual([]);
});

it('its only task gets an id, an instant and a state, and repeats what AWS did not answer', () => {
  const { ChangeSlate: step, ...others } = load('slate').States;
  expect(others).toEqual({});
  expect(step!.Parameters).toEqual({
    step: 'ChangeSlate',
    'destinationId.$': '$.destinationId',
    'requestedAt.$': '$.requestedAt',
    'state.$': '$.state',
  });
  expect(step!.Retry).toEqual(load('incident').States['EvaluateIncident']!.Retry);
});
