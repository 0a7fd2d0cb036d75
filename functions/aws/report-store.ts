import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { AwsDeps } from './clients.ts';

/** What the bucket keeps for a limited time. Slates lie beside it. */
export const REPORTS_PREFIX = 'reports/';
/** Cost reports in S3, by day: `reports/cost/<yyyy>/<mm>/<dd>.<format>`. The keys sort by day. */
const PREFIX = `${REPORTS_PREFIX}cost/`;

export const REPORT_FORMATS = ['json', 'csv'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Names a report: a UTC day such as `2026-11-20`, and a format. */
export interface ReportName {
  day: string;
  format: ReportFormat;
}

export interface StoredReport extends ReportName {
  sizeBytes: number;
  storedAt: string;
}

type Deps = AwsDeps<'s3', 'reportBucket'>;

const CONTENT_TYPES: Record<ReportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
};

function keyOf({ day, format }: ReportName): string {
  return `${PREFIX}${day.replaceAll('-', '/')}.${format}`;
}

function toName(key: string): ReportName | null {
  const match = /^reports\/cost\/(\d{4})\/(\d{2})\/(\d{2})\.(csv|json)$/.exec(key);
  return match ? { day: `${match[1]}-${match[2]}-${match[3]}`, format: match[4] as ReportFormat } : null;
}

/** Stores a report. Storing the same report again changes nothing. */
export async function putReport({ clients, deployment }: Deps, name: ReportName, body: string): Promise<void> {
  await clients.s3.send(
    new PutObjectCommand({
      Bucket: deployment.reportBucket,
      Key: keyOf(name),
      Body: body,
      ContentType: CONTENT_TYPES[name.format],
    }),
  );
}

/** Reads a report. Returns null when it does not exist. */
export async function getReport({ clients, deployment }: Deps, name: ReportName): Promise<string | null> {
  try {
    const object = await clients.s3.send(new GetObjectCommand({ Bucket: deployment.reportBucket, Key: keyOf(name) }));
    return (await object.Body?.transformToString()) ?? '';
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return null;
    throw error;
  }
}

/**
 * Lists reports, oldest day first.
 * @param which.prefix start of the day, such as `2026`; all days when left out
 * @param which.after lists only later days than this one
 */
export async function listReports(
  { clients, deployment }: Deps,
  which: { prefix?: string; after?: string },
): Promise<StoredReport[]> {
  const reports: StoredReport[] = [];
  let token: string | undefined;
  do {
    const page = await clients.s3.send(
      new ListObjectsV2Command({
        Bucket: deployment.reportBucket,
        Prefix: PREFIX + (which.prefix ?? '').replaceAll('-', '/'),
        // Starts after both formats of that day, because `.z` sorts after `.csv` and `.json`.
        ...(which.after === undefined ? {} : { StartAfter: `${PREFIX}${which.after.replaceAll('-', '/')}.z` }),
        ContinuationToken: token,
      }),
    );
    for (const { Key: key = '', Size: sizeBytes = 0, LastModified: storedAt } of page.Contents ?? []) {
      const name = toName(key);
      if (name) reports.push({ ...name, sizeBytes, storedAt: (storedAt ?? new Date(0)).toISOString() });
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return reports;
}
