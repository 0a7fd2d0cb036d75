import { expect, it } from 'vitest';
import { findMissed, formatTable } from './outcome.ts';

it('findMissed passes a gate up to its limit and fails a value that was not measured', () => {
  const gates = [0, 1, 2, NaN].map((value) => ({ name: `${value}`, value, limit: 1 }));
  expect(findMissed(gates).map(({ name }) => name)).toEqual(['2', 'NaN']);
});

it('formatTable escapes a pipe in a cell of its Markdown table', () => {
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
