/**
 * Writes metrics as text for Prometheus: OpenMetrics 1.0, or the older text format 0.0.4.
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */

/** One metric of the catalog. */
export interface Family {
  /** As a query names it: a counter ends with `_total`, an info with `_info`. */
  name: string;
  type: 'gauge' | 'counter' | 'info';
  /** The unit, which is also part of the name. */
  unit?: string;
  help: string;
  /** Names of its labels. */
  labels: readonly string[];
}

/** One value of a family; null: unknown, and left out. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number | null;
}

export type Format = 'openmetrics' | 'text';

export const CONTENT_TYPES: Record<Format, string> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
};

/** Returns the text of all families that have a known value. */
export function writeExposition(measured: readonly (readonly [Family, readonly Sample[]])[], format: Format): string {
  const lines = measured.flatMap(([family, samples]) => {
    const known = samples.filter(({ value }) => value !== null && Number.isFinite(value));
    if (known.length === 0) return [];
    return [...describe(family, format), ...known.map((sample) => writeSample(family.name, sample))];
  });
  return [...lines, ...(format === 'openmetrics' ? ['# EOF'] : []), ''].join('\n');
}

/** OpenMetrics names the family without the suffix of its samples. */
function describe({ name, type, unit, help }: Family, format: Format): string[] {
  if (format === 'text') {
    return [`# HELP ${name} ${escapeText(help)}`, `# TYPE ${name} ${type === 'info' ? 'gauge' : type}`];
  }
  const family = type === 'gauge' ? name : name.replace(/_(total|info)$/, '');
  return [
    `# HELP ${family} ${escapeQuoted(help)}`,
    `# TYPE ${family} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${family} ${unit}`]),
  ];
}

function writeSample(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeQuoted(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeQuoted(text: string): string {
  return escapeText(text).replaceAll('"', '\\"');
}
