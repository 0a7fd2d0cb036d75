import { listAllDestinations } from '../aws/destination-table.ts';
import { HISTORY_DAYS, readHistory, type HistoryEntry } from '../aws/history-table.ts';
import { DESTINATION_TAG } from '../aws/names.ts';
import { pricingOf } from '../aws/pricing-of.ts';
import { listAllRecordings } from '../aws/recording-table.ts';
import { collectRuns } from '../domain/cost-ledger.ts';
import type { Destination } from '../domain/destination.ts';
import { type ReportBill, reportShow, reportSpan, type ShowHistory, type ShowReport } from '../domain/show-report.ts';
import type { Show } from '../domain/show.ts';
import { DAY_MS } from '../domain/utc-day.ts';
import type { ApiDeps } from './api-deps.ts';

/** A run is recorded when its operation ends, which may be after the show. */
const RECORDED_WITHIN_MS = 2 * 3_600_000;

/** Reads what a report needs, and reports on a show. */
export async function readShowReport(deps: ApiDeps, show: Show): Promise<ShowReport> {
  const now = deps.now();
  // Read before the history: a run that ends in between then appears in both places instead of in neither.
  const [records, recordings] = await Promise.all([listAllDestinations(deps), listAllRecordings(deps)]);
  const history = await readShowHistory(deps, show, { records, now });
  return reportShow(show, { history, records, recordings, pricing: pricingOf(deps), bill: billOf(deps) }, now);
}

/** AWS knows what it charged only a day later, and for each destination instead of each show. */
function billOf({ embedded }: ApiDeps): ReportBill {
  if (embedded) return { usd: 0, explanation: 'nothing is charged on one machine' };
  const explanation =
    `Sluice does not read the bill; a day later Cost Explorer shows it by the tag ${DESTINATION_TAG}, ` +
    'once that is activated as a cost allocation tag';
  return { usd: null, explanation };
}

/** @returns null when the history of that time has been deleted */
async function readShowHistory(
  deps: ApiDeps,
  show: Show,
  { records, now }: { records: readonly Destination[]; now: Date },
): Promise<ShowHistory | null> {
  const { from, to } = reportSpan(show, now);
  if (now.getTime() - from.getTime() > HISTORY_DAYS * DAY_MS) return null;
  const until = new Date(Math.min(now.getTime(), to.getTime() + RECORDED_WITHIN_MS));
  const rows: HistoryEntry[] = [];
  for await (const page of readHistory(deps, { from, to: until })) rows.push(...page);
  const mentions = rows.flatMap(({ destinationId, destinationName, at, run }) =>
    run ? [{ destinationId, name: destinationName ?? destinationId, at, run }] : [],
  );
  return { rows, runs: collectRuns(mentions, records, now) };
}
