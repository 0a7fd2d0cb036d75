import { createRoute } from '@hono/zod-openapi';
import { listAllDestinations } from '../../aws/destination-table.ts';
import { getPlatform, resolveEncoding, allowedEncodings } from '../../../presets/index.ts';
import {
  forHours,
  forMinutes,
  isComplete,
  MINUTES_MIN,
  priceOfIdle,
  priceOfRunning,
  settingsOf,
  sum,
  toUsd,
  type ChannelSettings,
  type Money,
} from '../../domain/cost.ts';
import type { Destination } from '../../domain/destination.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../contract.ts';
import { provenanceOf } from '../cost-now.ts';
import { CreateEstimate, Estimate } from '../cost-schemas.ts';
import { invalidFields } from '../validation.ts';
import { requireFound } from './find-destination.ts';

const estimate = createRoute({
  method: 'post',
  path: '/api/estimates',
  tags: ['Costs'],
  summary: 'What a show would cost',
  description: 'For destinations that exist, or one that is planned. Changes nothing.',
  request: { query: NoQuery, body: takes(CreateEstimate) },
  responses: { 200: answers(Estimate, 'The estimate'), ...problems(...WRITE_PROBLEMS, 404, 503) },
});

interface Asked {
  settings: ChannelSettings;
  standby: Destination['standby'];
  destinationId: string | null;
  name: string | null;
}

/** `POST /api/estimates`. */
export function registerEstimates(api: Api, deps: ApiDeps): void {
  api.openapi(estimate, async (context) => {
    const { destinationIds, planned, hours } = context.req.valid('json');
    const asked = planned ? [plan(deps, planned)] : await findAll(deps, destinationIds ?? []);
    const { prices, shown } = provenanceOf(deps);
    const priced = asked.map(({ settings, standby, destinationId, name }) => ({
      about: { destinationId, name, platform: settings.platform, preset: settings.preset },
      idle: priceOfIdle(prices, { standby }),
      perHour: priceOfRunning(prices, settings),
    }));
    // Each channel is billed by itself: minima and minutes begun are added up, not taken of the sum.
    const all = (amountOf: (perHour: Money) => Money) => sum(priced.map(({ perHour }) => amountOf(perHour)));
    const amounts = (of: (amountOf: (perHour: Money) => Money) => Money) => ({
      perHour: toUsd(of((perHour) => perHour)),
      minimum: toUsd(of((perHour) => forMinutes(perHour, MINUTES_MIN))),
      total: toUsd(of((perHour) => forHours(perHour, hours))),
      isComplete: isComplete(of((perHour) => perHour)),
    });
    return context.json(
      {
        ...shown,
        hours,
        ...amounts(all),
        unknownParts: [...all((perHour) => perHour).unknownParts],
        items: priced.map(({ about, idle, perHour }) => ({
          ...about,
          perHourIdle: toUsd(idle),
          ...amounts((amountOf) => amountOf(perHour)),
        })),
        notes: [...(prices?.notes ?? [])],
      },
      200,
    );
  });
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
  { platform, preset, standby = deployment.defaultStandby }: NonNullable<CreateEstimate['planned']>,
): Asked {
  if (!getPlatform(platform)) throw refuse('planned.platform', 'is not a platform; GET /api/presets lists them');
  if (!resolveEncoding(platform, preset)) {
    throw refuse('planned.preset', `must be one of ${allowedEncodings(platform).join(', ')}`);
  }
  return { settings: { destinationId: '', platform, preset }, standby, destinationId: null, name: null };
}

function refuse(field: string, message: string) {
  return invalidFields([{ field, message }]);
}
