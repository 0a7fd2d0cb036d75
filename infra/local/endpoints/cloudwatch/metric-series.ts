const KEPT_SECONDS = 300;

/** A resource that has metrics. */
export interface MetricResource {
  namespace: string;
  /** In the order CloudWatch lists them. */
  dimensions: Record<string, string>;
}

/** The values of one second. */
export interface Sample {
  second: number;
  values: Record<string, number>;
}

export interface Series extends MetricResource {
  samples: Sample[];
}

/** The values of the last minutes, one sample per second and resource. */
export interface MetricSeries {
  /** Sets the gauges of the second, and adds the counters to it. */
  put(resource: MetricResource, atMs: number, gauges: Record<string, number>, counters?: Record<string, number>): void;
  /** Drops the series that have been silent for as long as values are kept. */
  dropSilent(nowMs: number): void;
  /** Lists the series of a namespace, or all. */
  list(namespace?: string): Series[];
}

/** Creates an empty store. */
export function createMetricSeries(): MetricSeries {
  const series = new Map<string, Series>();
  return {
    put(resource, atMs, gauges, counters = {}) {
      const key = seriesKey(resource);
      const found = series.get(key) ?? { ...resource, samples: [] };
      series.set(key, found);
      const second = Math.floor(atMs / 1000);
      let sample = found.samples.at(-1);
      if (sample?.second !== second) {
        sample = { second, values: {} };
        found.samples.push(sample);
        const tooOld = found.samples.findIndex((other) => other.second > second - KEPT_SECONDS);
        if (tooOld > 0) found.samples.splice(0, tooOld);
      }
      Object.assign(sample.values, gauges);
      for (const [name, more] of Object.entries(counters)) sample.values[name] = (sample.values[name] ?? 0) + more;
    },
    dropSilent(nowMs) {
      for (const [key, { samples }] of series) {
        if ((samples.at(-1)?.second ?? 0) < nowMs / 1000 - KEPT_SECONDS) series.delete(key);
      }
    },
    list: (namespace) => [...series.values()].filter((item) => namespace === undefined || item.namespace === namespace),
  };
}

/** Returns the key of a resource, independent of the order of its dimensions. */
export function seriesKey(resource: MetricResource): string {
  const dimensions = Object.entries(resource.dimensions).map(([name, value]) => `${name}=${value}`);
  return [resource.namespace, ...dimensions.sort()].join('|');
}
