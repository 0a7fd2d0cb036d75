import { readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import { expect, it } from 'vitest';

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

const { States: states } = load('delivery');

it('delivery.asl.json is valid Amazon States Language', () => {
  expect(aslValidator(load('delivery') as never).errors).toEqual([]);
});

it('its only task gets ids and a count, and retries what those of the destinations retry', () => {
  const tasks = Object.entries(states).filter(([, { Type: type }]) => type === 'Task');
  expect(tasks.map(([name]) => name)).toEqual(['SendMessage']);
  expect(states['SendMessage']!.Parameters).toEqual({
    step: 'SendMessage',
    'deliveryId.$': '$.deliveryId',
    'execution.$': '$.execution',
  });
  expect(states['SendMessage']!.Retry).toEqual([load('destination-start').States['Settle']!.Retry!.at(-1)]);
});

it('sends again after each wait, and ends only when the verdict does not say wait', () => {
  const { Choices: choices, Default: end } = states['WhatIsNext']!;
  expect(choices!.map(({ StringEquals: verdict, Next: next }) => [verdict, next])).toEqual([['wait', 'Wait']]);
  expect([states['Wait']!.Next, states['SendMessage']!.Next, states[end!]!.Type]).toEqual([
    'SendMessage',
    'WhatIsNext',
    'Succeed',
  ]);
});
