import { z } from '@hono/zod-openapi';
import { RULE_IDS, SEVERITIES, SUBJECT_KINDS, type RuleId } from '../../domain/incident-rules.ts';
import { ESCALATE_SECONDS_MAX } from '../../domain/incident-settings.ts';
import { INCIDENT_STATES, TRANSITION_KINDS } from '../../domain/incident.ts';
import { anyDestinationId, timestamp } from './parts.ts';

/** The shapes of incidents, their rules and mutes. */

const Rule = z.enum(RULE_IDS as [RuleId, ...RuleId[]]).openapi({ example: 'source_lost' });

export const IncidentId = z
  .string()
  .regex(/^inc_[0-7][0-9a-hj-np-tv-z]{25}$/, 'not an incident id')
  .openapi({ param: { name: 'incidentId', in: 'path' }, example: 'inc_01m7zm7r78qr9emcxemrm9fa3h' });

export const MuteId = z
  .string()
  .regex(/^mut_[0-9a-f]{32}$/, 'not the id of a mute')
  .openapi({ param: { name: 'muteId', in: 'path' }, example: 'mut_0f8fad5bd9cb469fa16570867728950e' });

export const IncidentQuery = z.strictObject({
  state: z.enum(['open', 'resolved', 'all']).default('open').openapi({
    description: 'open: open and acknowledged incidents; resolved: those of the last 13 months',
  }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(512).optional(),
});

export const IncidentResource = z
  .object({
    incidentId: z.string(),
    rule: Rule,
    title: z.string(),
    subject: z.object({
      kind: z.enum(SUBJECT_KINDS),
      id: z.string(),
      name: z.string(),
      group: z.string().nullable(),
    }),
    severity: z.enum(SEVERITIES),
    state: z.enum(INCIDENT_STATES),
    isDrill: z.boolean(),
    detail: z.string().openapi({ description: 'What was observed' }),
    meaning: z.string(),
    action: z.string().openapi({ description: 'What to do' }),
    since: timestamp.openapi({ description: 'When the trouble began' }),
    openedAt: timestamp.nullable(),
    acknowledgedAt: timestamp.nullable(),
    acknowledgedBy: z.string().nullable(),
    escalatedAt: timestamp.nullable(),
    resolvedAt: timestamp.nullable(),
    resolution: z.enum(['cleared', 'subject_gone', 'rule_disabled']).nullable(),
    durationSeconds: z.number().int(),
    hiddenBy: z.string().nullable().openapi({ description: 'Incident that is the cause of this one, which hides it' }),
    muted: z.object({ until: timestamp, by: z.string(), reason: z.string() }).nullable(),
    affected: z.array(z.object({ destinationId: z.string(), name: z.string() })),
    revision: z.number().int(),
    log: z.array(
      z.object({ at: timestamp, kind: z.enum([...TRANSITION_KINDS, 'comment']), by: z.string(), text: z.string() }),
    ),
  })
  .openapi('Incident');
export type IncidentResource = z.infer<typeof IncidentResource>;

export const IncidentList = z
  .object({ data: z.array(IncidentResource), nextCursor: z.string().nullable() })
  .openapi('IncidentList');
export type IncidentList = z.infer<typeof IncidentList>;

export const IncidentComment = z
  .strictObject({ text: z.string().trim().min(1, 'a comment has at least one character').max(1000) })
  .openapi('IncidentComment');
export type IncidentComment = z.infer<typeof IncidentComment>;

const RuleChange = z.strictObject({
  enabled: z.boolean().optional(),
  threshold: z.number().optional(),
  holdSeconds: z.number().optional(),
});

/** Ids are checked by the route, which names those it does not know. */
const ruleChanges = z
  .record(z.string().max(64), RuleChange)
  .openapi({ description: 'By the rule’s id. A value left out is the default' });

export const SetIncidentRules = z
  .strictObject({
    rules: ruleChanges,
    escalateAfterSeconds: z.number().int().min(30).max(ESCALATE_SECONDS_MAX).nullable().optional().openapi({
      description: 'null: never; left out: stays as it is',
    }),
  })
  .openapi('SetIncidentRules');
export type SetIncidentRules = z.infer<typeof SetIncidentRules>;

export const SetDestinationIncidentRules = z
  .strictObject({ rules: ruleChanges })
  .openapi('SetDestinationIncidentRules');
export type SetDestinationIncidentRules = z.infer<typeof SetDestinationIncidentRules>;

export const IncidentRulesQuery = z.strictObject({
  destinationId: anyDestinationId.optional().openapi({ description: 'The rules as they apply to this destination' }),
});

export const IncidentRuleList = z
  .object({
    escalateAfterSeconds: z.number().nullable().openapi({ description: 'null: never' }),
    escalateAfterSecondsDefault: z.number(),
    data: z.array(
      z.object({
        rule: Rule,
        subject: z.enum(SUBJECT_KINDS),
        severity: z.enum(SEVERITIES),
        title: z.string(),
        meaning: z.string(),
        action: z.string(),
        enabled: z.boolean(),
        holdSeconds: z.number(),
        holdSecondsDefault: z.number(),
        threshold: z.number().nullable(),
        thresholdLimits: z
          .object({
            is: z.enum(['above', 'below', 'from']),
            default: z.number(),
            min: z.number(),
            max: z.number(),
            unit: z.string(),
          })
          .nullable(),
        hides: z.array(z.string()).openapi({ description: 'Rules whose incidents are effects of this one' }),
        isChanged: z.boolean().openapi({ description: 'A setting differs from the default' }),
      }),
    ),
  })
  .openapi('IncidentRuleList');
export type IncidentRuleList = z.infer<typeof IncidentRuleList>;

export const CreateIncidentMute = z
  .strictObject({
    destinationId: anyDestinationId.optional(),
    group: z.string().trim().min(1).max(40).optional(),
    rule: Rule.optional(),
    until: z.iso.datetime({ offset: true }).openapi({ example: '2026-11-21T20:00:00Z' }),
    reason: z.string().trim().min(1, 'a reason is needed').max(200),
  })
  .openapi('CreateIncidentMute');
export type CreateIncidentMute = z.infer<typeof CreateIncidentMute>;

export const IncidentMuteResource = z
  .object({
    muteId: z.string(),
    destinationId: z.string().nullable(),
    group: z.string().nullable(),
    rule: Rule.nullable(),
    until: timestamp,
    by: z.string(),
    reason: z.string(),
    createdAt: timestamp,
  })
  .openapi('IncidentMute');
export type IncidentMuteResource = z.infer<typeof IncidentMuteResource>;

export const IncidentMuteList = z.object({ data: z.array(IncidentMuteResource) }).openapi('IncidentMuteList');
export type IncidentMuteList = z.infer<typeof IncidentMuteList>;
