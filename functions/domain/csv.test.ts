import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCsv } from './csv.ts';

/** Parses RFC 4180 strictly. Throws on anything else. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let rest = text;
  while (rest !== '') {
    const row: string[] = [];
    for (;;) {
      const cell = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
      if (!cell) throw new Error(`not RFC 4180: ${JSON.stringify(rest.slice(0, 40))}`);
      row.push(cell[1] === undefined ? cell[2]! : cell[1].replaceAll('""', '"'));
      rest = rest.slice(cell[0].length);
      if (cell[3] === '\r\n') break;
    }
    rows.push(row);
  }
  return rows;
}

describe('toCsv', () => {
  it('quotes cells where necessary and ends every line with CR LF', () => {
    expect(
      toCsv(
        ['a', 'b'],
        [
          ['x,y', 'say "hi"'],
          ['two\nlines', null],
        ],
      ),
    ).toBe('a,b\r\n"x,y","say ""hi"""\r\n"two\nlines",\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '\u0000x', '＝1', '=cmd|"/c calc"!A1'])(
    'puts an apostrophe before %j, so that no spreadsheet runs it as a formula',
    (text) => {
      expect(parse(toCsv(['a'], [[text]]))[1]).toEqual([`'${text}`]);
    },
  );

  it('leaves numbers unchanged, including negative ones', () => {
    expect(toCsv(['a', 'b', 'c'], [[-1.5, 0.000001, true]])).toBe('a,b,c\r\n-1.5,0.000001,true\r\n');
  });

  it('writes any text so that a strict reader returns it unchanged', () => {
    const guarded = (text: string) =>
      text !== '' && '=+-@\t\r\n\0\uff0b\uff0d\uff1d\uff20'.includes(text.charAt(0)) ? `'${text}` : text;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string()), { maxLength: 5 }), (rows) => {
        expect(parse(toCsv(['a', 'b'], rows)).slice(1)).toEqual(rows.map((row) => row.map(guarded)));
      }),
      { numRuns: 50 },
    );
  });
});
