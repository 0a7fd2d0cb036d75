import { z } from '@hono/zod-openapi';
import { SHOW_DESTINATIONS_MAX } from '../../domain/show-plan.ts';
import { SHOW_SOURCE_STATES } from '../../domain/show-source.ts';
import { AUTOMATION, END_RULES, PRIVACY, SHOW_ACTIONS, SHOW_END_REASONS, SHOW_STATES } from '../../domain/show.ts';
import { SetCeiling } from './ceilings.ts';
import { anyDestinationId, timestamp, instant } from './parts.ts';
import { PreflightSummaryResource } from './preflight.ts';
import { DestinationName, UNPRINTABLE } from './names.ts';
import { expectedSource, ExpectedSourceResource } from './expected-source.ts';
import { ShowCoverResource } from './show-cover.ts';
import { onFailure, ShowCeilingResource, sourceLostMinutes } from './show-ends.ts';

/** Shapes of shows. */

export const showId = z
  .string()
  .regex(/^shw_[0-9a-hjkmnp-tv-z]{26}$/, 'not the id of a show')
  .openapi({ example: 'shw_01k8m3v0s5n2q8w4x6y7z9a1bc' });
export const ShowId = showId.openapi({ param: { name: 'showId', in: 'path' } });

/** Text of several lines. */
const text = (charactersMax: number) =>
  z
    .string()
    .max(charactersMax, `must have at most ${charactersMax} characters`)
    .refine((value) => !UNPRINTABLE.test(value.replaceAll(/[\t\n]/g, '')), 'must not contain control characters');

const title = DestinationName.openapi({ example: 'Sunday service' });
const description = text(5000);
const notes = text(5000).openapi({ description: 'For the team; never sent to a platform' });
const category = DestinationName.nullable();
const tags = z.array(DestinationName).max(30, 'must have at most 30 entries');
const privacy = z.enum(PRIVACY);
const zone = z.string().max(64).openapi({ description: 'Zone of the IANA database', example: 'Europe/Berlin' });
const localStart = z.string().max(32).openapi({
  description:
    'Wall-clock time in the zone. One that daylight saving skips is refused; one that happens twice is the first',
  example: '2026-12-06T10:00:00',
});
const localEnd = z
  .string()
  .max(32)
  .nullable()
  .openapi({ description: 'null: no planned end', example: '2026-12-06T11:30:00' });
const endRule = z.enum(END_RULES).openapi({ description: 'clock: ends at the planned end; hand: a person ends it' });

const sendsReport = z
  .boolean()
  .openapi({ description: 'Announces the report to the notification targets (report.ready) once the show has ended' });

const record = z
  .boolean()
  .openapi({ description: 'Records the HLS preview from when the show goes live until everything is off air' });

const startsSource = z.boolean().openapi({
  description:
    'Starts the source 15 minutes before the first planned second, and stops it at the end if this show started it and nothing else needs it. A start or stop by hand wins',
});

const ceiling = SetCeiling.nullable().openapi({
  description: 'What the show may cost. null: no ceiling of its own; those of the deployment count in any case',
});

const offsetSeconds = z.number().int().openapi({
  description: 'Seconds after the start of the show at which it goes live; negative: before',
});
const isRequired = z.boolean().openapi({ description: 'The show is incomplete without it' });
const destinations = z
  .array(
    z.strictObject({
      destinationId: anyDestinationId,
      offsetSeconds: offsetSeconds.optional(),
      isRequired: isRequired.optional(),
    }),
  )
  .max(SHOW_DESTINATIONS_MAX, `must have at most ${SHOW_DESTINATIONS_MAX} entries`)
  .openapi({ description: 'In the order in which they start and stop' });

const recurrence = z.string().openapi({
  description:
    'Repeats the show weekly or monthly, by an RRULE with COUNT or UNTIL that ends within two years. The next two dates exist as shows',
  example: 'FREQ=WEEKLY;BYDAY=SU;COUNT=10',
});

export const CreateShow = z
  .strictObject({
    title,
    description: description.optional(),
    category: category.optional(),
    tags: tags.optional(),
    privacy: privacy.optional().openapi({ description: 'Default: private' }),
    notes: notes.optional(),
    zone,
    localStart,
    localEnd: localEnd.optional(),
    endRule: endRule.optional().openapi({ description: 'Default: clock with a planned end, hand without one' }),
    sendsReport: sendsReport.optional().openapi({ description: 'Default: false' }),
    record: record.optional().openapi({ description: 'Default: false' }),
    startsSource: startsSource.optional().openapi({ description: 'Default: false' }),
    sourceLostMinutes: sourceLostMinutes.optional(),
    onFailure: onFailure.optional().openapi({ description: 'Default: continue' }),
    expectedSource: expectedSource.optional(),
    ceiling: ceiling.optional(),
    destinations: destinations.optional(),
    recurrence: recurrence.optional(),
    coverFrom: showId.optional().openapi({ description: 'Copies the cover of this show' }),
    isDraft: z.boolean().optional().openapi({ description: 'Default: true. A draft does not start' }),
  })
  .openapi('CreateShow');

export const PatchShow = z
  .strictObject({
    title: title.optional(),
    description: description.optional(),
    category: category.optional(),
    tags: tags.optional(),
    privacy: privacy.optional(),
    notes: notes.optional(),
    zone: zone.optional(),
    localStart: localStart.optional(),
    localEnd: localEnd.optional(),
    endRule: endRule.optional(),
    sendsReport: sendsReport.optional(),
    record: record.optional(),
    startsSource: startsSource.optional(),
    sourceLostMinutes: sourceLostMinutes.optional(),
    onFailure: onFailure.optional(),
    expectedSource: expectedSource.optional(),
    ceiling: ceiling.optional(),
    destinations: destinations.optional(),
  })
  .openapi('PatchShow', {
    description: 'Fields left out keep their value. While a show runs, its start and destinations stay',
  });

export const DuplicateShow = z
  .strictObject({ localStart, zone: zone.optional(), title: title.optional() })
  .openapi('DuplicateShow', { description: 'The copy is a draft, as long as the original, and has its cover' });

export const ScopeQuery = z.strictObject({
  scope: z.enum(['one', 'following']).default('one').openapi({
    description: 'following: this show of a series and all later ones',
  }),
});

export const CancelledSeries = z
  .object({ seriesId: z.string(), cancelled: z.array(z.string()) })
  .openapi('CancelledSeries', { description: 'The series and the shows that were cancelled or deleted with it' });

export const ShowsQuery = z.strictObject({
  state: z.enum(['open', 'past']).default('open').openapi({
    description: 'open: not ended, the next start first; past: ended or cancelled, the newest start first',
  }),
  from: instant.optional().openapi({ description: 'Only shows that are planned to start then or later' }),
  to: instant.optional().openapi({ description: 'Only shows that are planned to start before' }),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(300).optional(),
});

const nullableTime = timestamp.nullable();

const showSummary = {
  showId: z.string(),
  title: z.string(),
  state: z.enum(SHOW_STATES),
  automation: z.enum(AUTOMATION).openapi({
    description: 'on: the run sheet acts; held: until it is resumed; off: a person has taken over',
  }),
  privacy: z.enum(PRIVACY),
  zone: z.string(),
  localStart: z.string(),
  localEnd: z.string().nullable(),
  endRule: z.enum(END_RULES),
  startsAt: timestamp,
  endsAt: nullableTime,
  liveAt: nullableTime,
  endedAt: nullableTime,
  cover: ShowCoverResource.nullable().openapi({ description: 'null without one' }),
  destinationCount: z.number().int(),
  attention: z.array(z.string()).openapi({ description: 'What a person should know or decide now, in sentences' }),
};

const ShowSummary = z.object(showSummary).openapi('ShowSummary');

const ShowDestinationResource = z
  .object({
    destinationId: z.string(),
    name: z.string(),
    offsetSeconds: z.number().int(),
    isRequired: z.boolean(),
    plannedAt: timestamp.openapi({ description: 'When it is planned to be on air' }),
    startRequestedAt: nullableTime,
    readyAt: nullableTime.openapi({ description: 'When its channel ran with the output held, ready to go live' }),
    onAirAt: nullableTime,
    stopRequestedAt: nullableTime,
    offAirAt: nullableTime,
    problem: z.string().nullable().openapi({ description: 'Why it is not on air as planned' }),
  })
  .openapi('ShowDestination');

const ShowRecordingResource = z
  .object({
    recordingId: z.string().nullable().openapi({ description: 'null while none has begun' }),
    problem: z.string().nullable().openapi({ description: 'Why none has begun; the next try is within a minute' }),
  })
  .openapi('ShowRecording');

const ShowSourceResource = z
  .object({
    startsAt: timestamp.openapi({ description: 'When the run sheet starts the source, at the latest' }),
    state: z.enum(['planned', ...SHOW_SOURCE_STATES]).openapi({
      description:
        'requested: not confirmed yet; already_on: it ran before, so the show does not stop it; left_on: it runs on after the show, or is not the show’s to stop',
    }),
    changedAt: nullableTime.openapi({ description: 'Since when it is in this state' }),
    problem: z.string().nullable().openapi({ description: 'Why it was not started or stopped' }),
  })
  .openapi('ShowSource');

export const ShowResource = z
  .object({
    ...showSummary,
    description: z.string(),
    category: z.string().nullable(),
    tags: z.array(z.string()),
    notes: z.string(),
    sendsReport,
    record,
    startsSource,
    source: ShowSourceResource.nullable().openapi({ description: 'null: the show leaves the source alone' }),
    recording: ShowRecordingResource.nullable().openapi({ description: 'null before it was to begin' }),
    goLiveAt: nullableTime.openapi({ description: 'When a person went live by hand' }),
    missedAt: nullableTime.openapi({
      description: 'Set when nothing could be started in time; the show waits for a person',
    }),
    endingAt: nullableTime,
    endReason: z.enum(SHOW_END_REASONS).nullable(),
    sourceLostMinutes,
    onFailure,
    expectedSource: ExpectedSourceResource.nullable(),
    ceiling: ShowCeilingResource.nullable(),
    series: z.object({ seriesId: z.string(), rule: z.string(), date: z.string() }).nullable().openapi({
      description: 'Its series, the rule of that, and its date in it; null for a show that is not repeated',
    }),
    preflight: PreflightSummaryResource.nullable().openapi({
      description: 'What the newest preflight found; null before the first',
    }),
    destinations: z.array(ShowDestinationResource),
    allowedActions: z.array(z.enum(SHOW_ACTIONS)),
    log: z
      .array(z.object({ at: timestamp, actor: z.string(), detail: z.string() }))
      .openapi({ description: 'Who did what when, the newest 200 entries, oldest first' }),
    createdBy: z.string(),
    createdAt: timestamp,
    lastModified: timestamp,
    revision: z.number().int().openapi({ description: 'The ETag without its quotes' }),
  })
  .openapi('Show');

export const ShowList = z.object({ data: z.array(ShowSummary), nextCursor: z.string().nullable() }).openapi('ShowList');

export type ShowResource = z.infer<typeof ShowResource>;
export type ShowSummary = z.infer<typeof ShowSummary>;
export type ShowList = z.infer<typeof ShowList>;
