import { expect, it } from 'vitest';
import { findMissed, formatTable } from './outcome.ts';

it('a gate holds up to its limit, and a figure that was not measured does not hold', () => {
  const gates = [0, 1, 2, NaN].map((value) => ({ name: `${value}`, value, limit: 1 }));
  expect(findMissed(gates).map(({ name }) => name)).toEqual(['2', 'NaN']);
});

it('writes a Markdown table that survives a pipe in a cell', () => {
  const rows = [
    { figure: 'time to start', measured: '12 ms' },
    { figure: 'a|b', measured: '0', compared: '1', aim: '0' },
  ];
  expect(formatTable(rows)).toBe(
    [
      '| figure        | measured | compared | aim |',
      '| ------------- | -------- | -------- | --- |',
      '| time to start | 12 ms    |          |     |',
      '| a\\|b          | 0        | 1        | 0   |',
    ].join('\n'),
  );
});
