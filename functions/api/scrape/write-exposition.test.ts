import fc from 'fast-check';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { expect, it } from 'vitest';
import { CATALOG } from './catalog.ts';
import { writeExposition, type Family } from './write-exposition.ts';

const BITRATE: Family = { name: 'a_bits', type: 'gauge', unit: 'bits', help: 'Bits.', labels: ['name'] };

it('writes OpenMetrics with unit and end, and names a counter without its suffix', () => {
  const measured = [
    [BITRATE, [{ labels: { name: 'A "b" \\ c\nd' }, value: 1.5 }]],
    [CATALOG.processCpu, [{ labels: {}, value: 2 }]],
    [CATALOG.build, [{ labels: { version: '1.2.3' }, value: 1 }]],
  ] as const;
  expect(writeExposition(measured, 'openmetrics')).toBe(
    String.raw`# HELP a_bits Bits.
# TYPE a_bits gauge
# UNIT a_bits bits
a_bits{name="A \"b\" \\ c\nd"} 1.5
# HELP process_cpu_seconds User and system CPU time; one machine only.
# TYPE process_cpu_seconds counter
# UNIT process_cpu_seconds seconds
process_cpu_seconds_total 2
# HELP sluice_build Version of Sluice.
# TYPE sluice_build info
sluice_build_info{version="1.2.3"} 1
# EOF
`,
  );
  expect(writeExposition(measured, 'text')).toContain('# TYPE process_cpu_seconds_total counter\n');
  expect(writeExposition(measured, 'text')).toContain('# TYPE sluice_build_info gauge\n');
  expect(writeExposition(measured, 'text')).not.toContain('# EOF');
});

it('leaves out unknown values, and families without a known one', () => {
  const samples = [null, Number.NaN].map((value, index) => ({ labels: { name: String(index) }, value }));
  expect(writeExposition([[BITRATE, samples]], 'text')).toBe('');
  const text = writeExposition([[BITRATE, [...samples, { labels: { name: 'known' }, value: 0 }]]], 'text');
  expect(text.split('\n').slice(2)).toEqual(['a_bits{name="known"} 0', '']);
});

it('escapes every label value so that a reader gets one sample with the same text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'n', '{', '}', ',', '=', '#', ' ', 'a') }),
  );
  fc.assert(
    fc.property(text, fc.integer(), (name, value) => {
      const sample = { labels: { destination_id: 'dst', name }, value };
      for (const format of ['text', 'openmetrics'] as const) {
        const lines = writeExposition([[BITRATE, [sample]]], format).split('\n');
        expect(lines).toHaveLength(format === 'text' ? 4 : 6);
        const line = lines.find((each) => each.startsWith('a_bits{'))!;
        const [, quoted = ''] =
          /^a_bits\{destination_id="dst",name="((?:[^"\\\n]|\\["\\n])*)"\} -?\d+$/.exec(line) ?? [];
        expect(quoted.replaceAll(/\\(.)/g, (_all, each: string) => (each === 'n' ? '\n' : each))).toBe(name);
      }
      const [family] = parsePrometheusTextFormat(writeExposition([[BITRATE, [sample]]], 'text'));
      expect(family?.metrics).toEqual([{ labels: sample.labels, value: String(value) }]);
    }),
  );
});

it('names every metric as both formats require', () => {
  const names = Object.values(CATALOG).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const family of Object.values<Family>(CATALOG)) {
    const { name, type, unit, labels, help } = family;
    const suffix = type === 'counter' ? '_total' : type === 'info' ? '_info' : '';
    expect(name).toMatch(/^(sluice|process)(_[a-z]+)+$/);
    expect(name).toMatch(new RegExp(`${unit === undefined ? '' : `_${unit}`}${suffix}$`));
    expect(labels.every((label) => /^[a-z]+(_[a-z]+)*$/.test(label))).toBe(true);
    expect(help).toMatch(/^[^"\\\n]+\.$/);
  }
});
