import { expect, it } from 'vitest';
import { isSameName } from './same-name.ts';

it.each([
  ['Main  Stage', 'Main Stage'],
  [' Main Stage ', 'Main Stage'],
  ['Main\u00a0Stage', 'Main Stage'],
  ['Cafe\u0301', 'Caf\u00e9'],
])('takes %j for %j, because they read the same', (one, other) => {
  expect(isSameName(one, other)).toBe(true);
});

it.each([
  ['Main Stage', 'main stage'],
  ['Main Stage', 'MainStage'],
  ['Main Stage 1', 'Main Stage 2'],
])('does not take %j for %j', (one, other) => {
  expect(isSameName(one, other)).toBe(false);
});
