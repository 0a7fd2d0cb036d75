import { expect, it } from 'vitest';
import { isSameName } from './same-name.ts';

it.each([
  ['Main  Stage', 'Main Stage'],
  [' Main Stage ', 'Main Stage'],
  ['Main\u00a0Stage', 'Main Stage'],
  ['Cafe\u0301', 'Caf\u00e9'],
])('treats %j and %j as the same name', (one, other) => {
  expect(isSameName(one, other)).toBe(true);
});

it.each([
  ['Main Stage', 'main stage'],
  ['Main Stage', 'MainStage'],
  ['Main Stage 1', 'Main Stage 2'],
])('distinguishes %j from %j', (one, other) => {
  expect(isSameName(one, other)).toBe(false);
});
