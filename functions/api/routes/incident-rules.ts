import { createRoute, z } from '@hono/zod-openapi';
import { getDestination } from '../../aws/destination-table.ts';
import {
  getStoredRules,
  putStoredRules,
  readIncidentCircumstances,
  type StoredRules,
} from '../../aws/incident-settings-table.ts';
import { AppError, type FieldError } from '../../domain/errors.ts';
import { INCIDENT_RULES, isRuleId, RULE_IDS, ruleOf, type RuleId } from '../../domain/incident-rules.ts';
import {
  effectiveRule,
  ESCALATE_SECONDS_DEFAULT,
  faultsOfRuleChange,
  type IncidentSettings,
  type RuleChange,
  type RuleChanges,
} from '../../domain/incident-settings.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { invalidFields } from '../http/validation.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import {
  IncidentRuleList,
  IncidentRulesQuery,
  SetDestinationIncidentRules,
  SetIncidentRules,
} from '../schemas/incidents.ts';
import { DestinationId } from '../schemas/destination-requests.ts';
import { requireFound } from '../find-destination.ts';

const tags = ['Incidents'];
const ATTEMPTS_MAX = 3;

const get = createRoute({
  method: 'get',
  path: '/api/incident-rules',
  tags,
  summary: 'List the rules of incidents with their settings',
  request: { query: IncidentRulesQuery },
  responses: { 200: answers(IncidentRuleList, 'All rules'), ...problems(503) },
});

const put = createRoute({
  method: 'put',
  path: '/api/incident-rules',
  tags,
  summary: 'Set thresholds and hold times of the deployment, and switch rules off',
  description: 'Replaces all former settings of rules. A rule that is left out has its defaults.',
  request: { query: NoQuery, body: takes(SetIncidentRules) },
  responses: { 200: answers(IncidentRuleList, 'All rules'), ...problems(...WRITE_PROBLEMS, 409, 503) },
});

const putOfDestination = createRoute({
  method: 'put',
  path: '/api/destinations/{destinationId}/incident-rules',
  tags,
  summary: 'Set thresholds and hold times of one destination',
  description: 'Replaces its former settings, which come before those of the deployment.',
  request: {
    params: z.object({ destinationId: DestinationId }),
    query: NoQuery,
    body: takes(SetDestinationIncidentRules),
  },
  responses: {
    200: answers(IncidentRuleList, 'The rules of the destination'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 503),
  },
});

/** For the typed client. */
export type IncidentRulesRoutes = typeof get | typeof put | typeof putOfDestination;

/** The settings of the rules by which incidents open. */
export function registerIncidentRules(api: Api, deps: ApiDeps): void {
  const present = async (destinationId: string | null) =>
    toList((await readIncidentCircumstances(deps)).settings, destinationId);

  api.openapi(get, async (context) => {
    const { destinationId } = context.req.valid('query');
    return context.json(await present(destinationId ?? null), 200);
  });

  api.openapi(put, async (context) => {
    const { escalateAfterSeconds, ...given } = context.req.valid('json');
    const rules = requireValid(given.rules, RULE_IDS);
    await store(deps, null, (before) => ({
      rules,
      escalateAfterSeconds: escalateAfterSeconds === undefined ? before.escalateAfterSeconds : escalateAfterSeconds,
    }));
    return context.json(await present(null), 200);
  });

  api.openapi(putOfDestination, async (context) => {
    const { destinationId } = context.req.valid('param');
    const { rules: given } = context.req.valid('json');
    requireFound(await getDestination(deps, destinationId), destinationId);
    const rules = requireValid(
      given,
      RULE_IDS.filter((rule) => INCIDENT_RULES[rule].subject === 'destination'),
    );
    await store(deps, destinationId, (before) => ({ ...before, rules }));
    return context.json(await present(destinationId), 200);
  });
}

async function store(
  deps: ApiDeps,
  destinationId: string | null,
  change: (before: StoredRules) => Omit<StoredRules, 'revision'>,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const before = await getStoredRules(deps, destinationId);
    const { rules, escalateAfterSeconds } = change(before);
    if (await putStoredRules(deps, destinationId, before, { rules, escalateAfterSeconds })) return;
  }
  throw new AppError('concurrent_change', {
    detail: 'the rules were changed by others at the same time',
    remedy: 'read them again and repeat the change',
    retryAfterSeconds: 1,
  });
}

/** What looks like a rule’s id may be repeated; anything else may be a secret that was pasted by mistake. */
const LIKE_A_RULE = /^[a-z]+(_[a-z]+)*$/;

/** @param allowed rules that may be set here */
function requireValid(changes: Record<string, RuleChange>, allowed: readonly RuleId[]): RuleChanges {
  const errors: FieldError[] = Object.entries(changes).flatMap(([id, change]) => {
    if (!isRuleId(id)) {
      const field = `rules.${LIKE_A_RULE.test(id) ? id : '(unknown)'}`;
      return [{ field, message: `there is no such rule; known are ${allowed.join(', ')}` }];
    }
    const rule = id;
    if (!allowed.includes(rule)) {
      return [{ field: `rules.${rule}`, message: 'this rule is not about a destination: set it for the deployment' }];
    }
    return faultsOfRuleChange(rule, change).map(({ field, message }) => ({ field: `rules.${rule}.${field}`, message }));
  });
  if (errors.length > 0) throw invalidFields(errors);
  return changes;
}

function toList(settings: IncidentSettings, destinationId: string | null): z.infer<typeof IncidentRuleList> {
  const shown = RULE_IDS.filter((rule) => destinationId === null || INCIDENT_RULES[rule].subject === 'destination');
  return {
    escalateAfterSeconds: settings.escalateAfterSeconds,
    escalateAfterSecondsDefault: ESCALATE_SECONDS_DEFAULT,
    data: shown.map((rule) => {
      const { subject, severity, title, meaning, action, holdSeconds, threshold = null, inhibits = [] } = ruleOf(rule);
      const effective = effectiveRule(settings, rule, destinationId ?? '');
      const isChanged =
        !effective.enabled ||
        effective.holdSeconds !== holdSeconds ||
        effective.threshold !== (threshold?.default ?? null);
      return {
        ...{ rule, subject, severity, title, meaning, action, isChanged },
        ...effective,
        holdSecondsDefault: holdSeconds,
        thresholdLimits: threshold,
        hides: [...inhibits],
      };
    }),
  };
}
