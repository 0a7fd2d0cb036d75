import { createRoute } from '@hono/zod-openapi';
import { listAllDestinations } from '../../aws/destination-table.ts';
import { getPlatform, resolveEncoding, allowedEncodings } from '../../../presets/index.ts';
import { forMinutes, MINUTES_MIN } from '../../domain/billed-time.ts';
import {
  encodingOf,
  forHours,
  priceOfIdle,
  priceOfRunning,
  settingsOf,
  totalOf,
  type ChannelSettings,
  type PricePart,
} from '../../domain/cost.ts';
import { backupRefusalOf } from '../../domain/backup-ingest.ts';
import type { Destination } from '../../domain/destination.ts';
import { isComplete, sum, toUsd, type Money } from '../../domain/money.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { provenanceOf } from '../views/cost-now.ts';
import { CreateEstimate, Estimate } from '../schemas/costs.ts';
import { toShownParts } from '../views/resources.ts';
import { invalidFields } from '../http/validation.ts';
import { requireFound } from '../find-destination.ts';

const estimate = createRoute({
  method: 'post',
  path: '/api/estimates',
  tags: ['Costs'],
  summary: 'Estimate the cost of a show',
  description: 'Takes existing destinations or a planned one. Changes nothing.',
  request: { query: NoQuery, body: takes(CreateEstimate) },
  responses: { 200: answers(Estimate, 'The estimate'), ...problems(...WRITE_PROBLEMS, 404, 503) },
});

interface Asked {
  settings: ChannelSettings;
  standby: Destination['standby'];
  destinationId: string | null;
  name: string | null;
}

/** For the typed client. */
export type EstimatesRoutes = typeof estimate;

/** `POST /api/estimates`. */
export function registerEstimates(api: Api, deps: ApiDeps): void {
  api.openapi(estimate, async (context) => {
    const { destinationIds, planned, hours } = context.req.valid('json');
    const asked = planned ? [plan(deps, planned)] : await findAll(deps, destinationIds ?? []);
    const { pricing, shown, notes } = provenanceOf(deps);
    const priced = asked.map(({ settings, standby, destinationId, name }) => ({
      about: { destinationId, name, platform: settings.platform, preset: settings.preset },
      idle: priceOfIdle(pricing, { standby }),
      parts: priceOfRunning(pricing, settings),
    }));
    // AWS bills each channel separately, so minimums and started minutes count per channel.
    const all = priced.map(({ parts }) => parts);
    return context.json(
      {
        ...shown,
        hours,
        ...toEstimated(all, hours),
        unknownParts: [...sum(all.map(totalOf)).unknownParts],
        items: priced.map(({ about, idle, parts }) => ({
          ...about,
          perHourIdle: toUsd(idle),
          parts: toShownParts(parts),
          ...toEstimated([parts], hours),
        })),
        notes,
      },
      200,
    );
  });
}

/** Sums up the amounts of channels. */
function toEstimated(channels: readonly PricePart[][], hours: number) {
  const together = (amountOf: (parts: readonly PricePart[]) => Money) => sum(channels.map(amountOf));
  const perHour = together(totalOf);
  const minimum = together((parts) => forMinutes(encodingOf(parts), MINUTES_MIN));
  return {
    perHour: toUsd(perHour),
    minimum: toUsd(minimum),
    isMinimumComplete: isComplete(minimum),
    total: toUsd(together((parts) => forHours(parts, hours))),
    isComplete: isComplete(perHour),
    isAbout: perHour.isAbout,
  };
}

async function findAll(deps: ApiDeps, destinationIds: readonly string[]): Promise<Asked[]> {
  const records = new Map((await listAllDestinations(deps)).map((record) => [record.destinationId, record]));
  return [...new Set(destinationIds)].map((destinationId) => {
    const record = requireFound(records.get(destinationId) ?? null, destinationId);
    return { settings: settingsOf(record), standby: record.standby, destinationId, name: record.name };
  });
}

function plan(
  { deployment }: ApiDeps,
  {
    platform,
    preset,
    standby = deployment.defaultStandby,
    backupIngest = false,
  }: NonNullable<CreateEstimate['planned']>,
): Asked {
  const known = getPlatform(platform);
  if (!known) throw refuse('planned.platform', 'is not a platform; GET /api/presets lists them');
  const refusal = backupIngest ? backupRefusalOf(known) : null;
  if (refusal !== null) throw refuse('planned.backupIngest', refusal);
  if (!resolveEncoding(platform, preset)) {
    throw refuse('planned.preset', `must be one of ${allowedEncodings(platform).join(', ')}`);
  }
  const channelClass = backupIngest ? 'STANDARD' : 'SINGLE_PIPELINE';
  return { settings: { destinationId: '', platform, preset, channelClass }, standby, destinationId: null, name: null };
}

function refuse(field: string, message: string) {
  return invalidFields([{ field, message }]);
}
