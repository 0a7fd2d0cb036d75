import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aroundLimit, seen, SUBJECTS } from '../../test/support/make-incident.ts';
import { clearSecondsOf, observe, type SubjectObservation } from './incident-observe.ts';
import { INCIDENT_RULES, RULE_IDS, ruleOf, type RuleId } from './incident-rules.ts';
import {
  DEFAULT_INCIDENT_SETTINGS,
  type IncidentMute,
  type IncidentSettings,
  type RuleChange,
} from './incident-settings.ts';
import { acknowledge, escalate, unacknowledge, withoutDue, type Incident, type Transition } from './incident.ts';

const START = Date.parse('2026-11-21T18:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000);

/** Plays observations at their seconds; nothing is observed in between. */
function play(
  steps: readonly (readonly [seconds: number, ...observations: SubjectObservation[]])[],
  settings: Partial<IncidentSettings> = {},
  from: readonly Incident[] = [],
) {
  let incidents = from;
  const transitions: Transition[] = [];
  for (const [seconds, ...observations] of steps) {
    const result = observe(incidents, observations, at(seconds), { ...DEFAULT_INCIDENT_SETTINGS, ...settings });
    transitions.push(...result.transitions);
    incidents = result.incidents.filter(({ state }) => state !== 'resolved');
  }
  return { incidents: [...incidents], transitions, kinds: transitions.map(({ kind }) => kind) };
}

const OTHER = { ...SUBJECTS.destination, id: 'dst_00000000000000000000000002', name: 'Twitch', group: null };

const mute = (change: Partial<IncidentMute>): IncidentMute => ({
  muteId: 'mut_1',
  destinationId: null,
  group: null,
  rule: null,
  until: at(600).toISOString(),
  by: 'anna',
  reason: 'sound check',
  createdAt: at(0).toISOString(),
  ...change,
});

/** Switches all other rules off, some of which watch the same figure. */
const only = (rule: RuleId, change: RuleChange = {}) => ({
  rules: { ...Object.fromEntries(RULE_IDS.map((each) => [each, { enabled: each === rule }])), [rule]: change },
});

describe.each(RULE_IDS)('the rule %s', (rule) => {
  const { holdSeconds, threshold } = ruleOf(rule);
  const [bad, good] = aroundLimit(rule);
  /** Observes the same value twice. */
  const kinds = (value: number | boolean, seconds: number, settings: Partial<IncidentSettings> = only(rule)) =>
    play(
      [
        [0, seen(rule, value)],
        [seconds, seen(rule, value)],
      ],
      settings,
    ).kinds;

  it('opens once its trouble has lasted for the hold time, and not a second earlier', () => {
    expect(kinds(bad, holdSeconds)).toEqual(['opened']);
    expect(kinds(bad, holdSeconds - 1)).toEqual(holdSeconds > 0 ? [] : ['opened']);
  });

  it('does not open just below its limit', () => {
    expect(kinds(good, holdSeconds)).toEqual([]);
  });

  it('follows the deployment’s threshold and hold time', () => {
    const limit = threshold && (threshold.min + threshold.max) / 2;
    const settings = only(rule, { holdSeconds: 7, ...(limit === undefined ? {} : { threshold: limit }) });
    const [worse, fine] = aroundLimit(rule, limit);
    expect([kinds(worse, 6, settings), kinds(worse, 7, settings), kinds(fine, 7, settings)]).toEqual([
      [],
      ['opened'],
      [],
    ]);
  });

  it('is silent when it is switched off', () => {
    expect(kinds(bad, holdSeconds, only(rule, { enabled: false }))).toEqual([]);
  });

  it('says what it means and what to do, in sentences', () => {
    const { meaning, action, title } = ruleOf(rule);
    for (const text of [meaning, action]) expect(text).toMatch(/^[A-Z].*\.$/);
    expect(title).toMatch(/^[A-Z][^.]+$/);
  });
});

describe('an incident', () => {
  const [rule, bad, good] = ['stream_key_rejected', true, false] as const;

  it('opens once, and then changes nothing while the trouble lasts', () => {
    const first = play([[0, seen(rule, bad)]]);
    const { incidents, kinds } = play(
      [
        [1, seen(rule, bad)],
        [2, seen(rule, bad)],
      ],
      {},
      first.incidents,
    );
    expect(kinds).toEqual([]);
    expect(incidents[0]).toBe(first.incidents[0]);
  });

  it('resolves once the trouble has been gone for a while', () => {
    const { kinds, incidents } = play([
      [0, seen(rule, bad)],
      [10, seen(rule, good)],
      [13, seen(rule, good)],
    ]);
    expect([kinds, incidents]).toEqual([['opened', 'resolved'], []]);
  });

  it('is not resolved by the absence of observations', () => {
    expect(play([[0, seen(rule, bad)], [10], [100_000]]).kinds).toEqual(['opened']);
  });

  it('is not resolved by an observation of its subject that lacks its signal', () => {
    const other = { subject: SUBJECTS.destination, signals: { lostFrames: 0 } };
    expect(
      play([
        [0, seen(rule, bad)],
        [10, other],
        [20, other],
      ]).kinds,
    ).toEqual(['opened']);
    // Of two observations at once, the one that knows the signal counts.
    expect(play([[0, seen(rule, bad), other]]).kinds).toEqual(['opened']);
  });

  it('that was last seen to be gone resolves without a further observation', () => {
    expect(play([[0, seen(rule, bad)], [10, seen(rule, good)], [20]]).kinds).toEqual(['opened', 'resolved']);
  });

  it('comes to nothing when the trouble ends within the hold time', () => {
    const trouble = [true, true, false].map((value, index) => [index, seen('source_lost', value)] as const);
    expect(play(trouble)).toMatchObject({ kinds: [], incidents: [] });
  });

  it('stays open while its trouble comes and goes, and has to be gone for longer each time', () => {
    const flapping = Array.from({ length: 40 }, (_, index) => [index, seen(rule, index % 3 === 0)] as const);
    expect(play(flapping).kinds).toEqual(['opened']);
    const once = [true, false, true, false].map((value, second) => [second, seen(rule, value)] as const);
    expect(play([...once, [12, seen(rule, false)]]).kinds).toEqual(['opened']);
    expect(play([...once, [13, seen(rule, false)]]).kinds).toEqual(['opened', 'resolved']);
    expect(clearSecondsOf(rule, 0)).toBe(3);
    expect([1, 2, 20].map((flaps) => clearSecondsOf(rule, flaps))).toEqual([10, 20, 300]);
  });

  it('of a deleted destination resolves at once, and so does one whose rule is switched off', () => {
    const open = play([[0, seen(rule, bad)]]).incidents;
    const gone = { subject: SUBJECTS.destination, signals: {}, isGone: true };
    expect(play([[1, gone]], {}, open).transitions[0]?.incident.resolution).toBe('subject_gone');
    const off = play([[1]], { rules: { [rule]: { enabled: false } } }, open);
    expect(off.transitions[0]?.incident.resolution).toBe('rule_disabled');
  });

  it('escalates once when it is not acknowledged in time, and its severity rises', () => {
    const open = play([
      [0, seen('source_packet_loss', 5)],
      [10, seen('source_packet_loss', 5)],
    ]).incidents[0]!;
    expect(escalate(open, 300, at(309))).toBeNull();
    const escalated = escalate(open, 300, at(310))!;
    expect([escalated.kind, escalated.isSilent, escalated.incident.severity]).toEqual(['escalated', false, 'high']);
    expect(escalate(escalated.incident, 300, at(900))).toBeNull();
    expect(escalate(open, null, at(900))).toBeNull();
  });

  it('does not escalate once it is acknowledged, until that is taken back', () => {
    const open = play([[0, seen(rule, bad)]]).incidents[0]!;
    const acknowledged = acknowledge(open, { by: 'anna', now: at(10) })!.incident;
    expect(escalate(acknowledged, 300, at(900))).toBeNull();
    expect(acknowledge(acknowledged, { by: 'ben', now: at(11) })).toBeNull();
    const reopened = unacknowledge(acknowledged, { by: 'ben', now: at(1000) })!.incident;
    expect([escalate(reopened, 300, at(1299)), escalate(reopened, 300, at(1300))?.kind]).toEqual([null, 'escalated']);
  });

  it('does not escalate while a mute or a cause hides it', () => {
    const open = play([[0, seen(rule, bad)]]).incidents[0]!;
    const muted = { ...open, muted: { until: at(9000).toISOString(), by: 'anna', reason: '' } };
    expect([escalate(muted, 300, at(900)), escalate({ ...open, inhibitedBy: 'inc_1' }, 300, at(900))]).toEqual([
      null,
      null,
    ]);
  });

  it('numbers its transitions and keeps each until its notification is handed over', () => {
    const { transitions } = play([
      [0, seen(rule, bad)],
      [10, seen(rule, good)],
      [13, seen(rule, good)],
    ]);
    const { incident } = transitions.at(-1)!;
    expect(incident.due.map(({ kind, revision }) => [kind, revision])).toEqual([
      ['opened', 1],
      ['resolved', 2],
    ]);
    expect(withoutDue(incident, [1]).due.map(({ revision }) => revision)).toEqual([2]);
  });

  it('gets its workflow while it is pending when the next observation comes too late', () => {
    const settings = { observedEverySeconds: 60 };
    expect(play([[0, seen('source_lost', true)]], settings).incidents[0]?.executionRevision).toBe(0);
    expect(play([[0, seen('source_lost', true)]]).incidents[0]?.executionRevision).toBeNull();
    // The workflow looks at the clock, not at AWS: what was seen last is still true.
    expect(play([[0, seen('source_lost', true)], [3]], settings).kinds).toEqual(['opened']);
  });
});

describe('a cause', () => {
  const lost = (value: boolean) => seen('source_lost', value, { affected: [{ destinationId: 'dst_1', name: 'One' }] });
  const nothing = (value: boolean) => seen('destination_not_delivering', value);

  it('keeps its effects from opening, and names the destinations', () => {
    const { transitions } = play(
      Array.from({ length: 60 }, (_, second) => [second, lost(true), nothing(true)] as const),
    );
    expect(transitions.map(({ incident }) => incident.rule)).toEqual(['source_lost']);
    expect(transitions[0]?.incident.affected).toEqual([{ destinationId: 'dst_1', name: 'One' }]);
  });

  it('hides effects that were open before it', () => {
    const { incidents } = play([
      [0, nothing(true)],
      [20, nothing(true)],
      [21, lost(true)],
      [30, lost(true), nothing(true)],
    ]);
    const [cause, effect] = ['source_lost', 'destination_not_delivering'].map((rule) =>
      incidents.find((each) => each.rule === rule)!,
    );
    expect(effect?.inhibitedBy).toBe(cause?.incidentId);
  });

  it('gives its effects the whole hold time to recover after its end', () => {
    const during = Array.from({ length: 60 }, (_, second) => [second, lost(true), nothing(true)] as const);
    const after = Array.from({ length: 20 }, (_, second) => [60 + second, lost(false), nothing(true)] as const);
    const { transitions } = play([...during, ...after]);
    const [, resolved, opened] = transitions;
    expect([resolved?.kind, opened?.kind]).toEqual(['resolved', 'opened']);
    expect(Date.parse(opened!.at) - Date.parse(resolved!.at)).toBe(15_000);
  });

  it('of one destination hides nothing of another', () => {
    const nothingElse = { ...nothing(true), subject: OTHER };
    const { transitions } = play([
      [0, seen('stream_key_rejected', true), nothingElse],
      [15, nothingElse],
    ]);
    expect(transitions.map(({ incident }) => incident.rule)).toEqual([
      'stream_key_rejected',
      'destination_not_delivering',
    ]);
  });

  it('that is pending makes an effect wait until it is decided', () => {
    const until = (seconds: number) =>
      play([
        [0, nothing(true)],
        [14, lost(true)],
        [seconds, nothing(true)],
      ]);
    expect(until(16).kinds).toEqual([]);
    expect(until(17).transitions.map(({ incident }) => incident.rule)).toEqual(['source_lost']);
  });

  it('that only flickers does not hide an effect for ever', () => {
    const steps = Array.from({ length: 40 }, (_, second) => [second, lost(second % 10 === 0), nothing(true)] as const);
    expect(play(steps).transitions.map(({ incident }) => incident.rule)).toEqual(['destination_not_delivering']);
  });

  it('never inhibits itself, directly or by way of others', () => {
    for (const rule of RULE_IDS) {
      const reached = new Set<string>();
      const visit = (id: string) => {
        for (const effect of ruleOf(id as RuleId).inhibits ?? []) {
          expect(Object.keys(INCIDENT_RULES)).toContain(effect);
          if (!reached.has(effect)) visit((reached.add(effect), effect));
        }
      };
      visit(rule);
      expect([...reached]).not.toContain(rule);
    }
  });
});

describe('a mute', () => {
  const rule = 'stream_key_rejected';
  it.each([
    ['its rule', mute({ rule }), true],
    ['its destination', mute({ destinationId: SUBJECTS.destination.id }), true],
    ['its group', mute({ group: 'Sunday' }), true],
    ['another rule', mute({ rule: 'source_lost' }), false],
    ['another destination', mute({ destinationId: OTHER.id, rule }), false],
    ['another group', mute({ group: 'Monday' }), false],
    ['a time that has passed', mute({ rule, until: at(-1).toISOString() }), false],
  ])('of %s', (_what, muted, covers) => {
    const { transitions } = play([[0, seen(rule, true)]], { mutes: [muted] });
    expect(transitions.map(({ kind, isSilent }) => [kind, isSilent])).toEqual([['opened', covers]]);
    expect(transitions[0]?.incident.muted?.by ?? null).toBe(covers ? 'anna' : null);
  });

  it('that ends while the incident is open calls then', () => {
    const settings = { mutes: [mute({ rule })] };
    const { transitions } = play(
      [
        [0, seen(rule, true)],
        [599, seen(rule, true)],
        [600, seen(rule, true)],
      ],
      settings,
    );
    expect(transitions.map(({ kind, isSilent }) => [kind, isSilent])).toEqual([
      ['opened', true],
      ['unmuted', false],
    ]);
  });

  it('keeps the end silent only if the beginning was silent', () => {
    const end = (from: Incident[]) =>
      play([[1, seen(rule, true)], [5, seen(rule, false)], [30]], { mutes: [mute({ rule })] }, from).transitions;
    expect(end(play([[0, seen(rule, true)]], { mutes: [mute({ rule })] }).incidents)).toMatchObject([
      { isSilent: true },
    ]);
    expect(end(play([[0, seen(rule, true)]]).incidents)).toMatchObject([{ isSilent: false }]);
  });
});

it('a silent transition loses none that is due', () => {
  const open = play([[0, seen('stream_key_rejected', true)]]).incidents[0]!;
  const muted = { ...open, muted: { until: at(600).toISOString(), by: 'anna', reason: '' } };
  const { incident, isSilent } = acknowledge(muted, { by: 'anna', now: at(1) })!;
  expect([isSilent, incident.due.map(({ kind }) => kind)]).toEqual([true, ['opened']]);
});

describe('a drill', () => {
  const lost = (drills: string[]) => seen('source_lost', true, { drills });
  it('marks the incidents it causes', () => {
    const { transitions } = play([
      [0, lost(['lost'])],
      [3, lost(['lost'])],
    ]);
    expect(transitions[0]?.incident.isDrill).toBe(true);
    expect(
      play([
        [0, lost(['packetLossPercent'])],
        [3, lost([])],
      ]).transitions[0]?.incident.isDrill,
    ).toBe(false);
  });

  it('whose trouble outlasts it by a minute opens again as a real one', () => {
    const { transitions } = play([
      [0, lost(['lost'])],
      [3, lost(['lost'])],
      [10, lost([])],
      [69, lost([])],
      [70, lost([])],
    ]);
    expect(transitions.map(({ kind, at: time, incident }) => [kind, time, incident.isDrill])).toEqual([
      ['opened', at(3).toISOString(), true],
      ['opened', at(70).toISOString(), false],
    ]);
  });
});

describe('any sequence of observations', () => {
  const ruleAndValue = fc.constantFrom(...RULE_IDS).chain((rule) => {
    const [bad, good] = aroundLimit(rule);
    return fc.tuple(fc.constant(rule), fc.constantFrom(bad, bad, good, null));
  });
  const sequence = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.array(ruleAndValue, { maxLength: 8 })), {
    maxLength: 40,
  });
  const toSteps = (plan: [number, [RuleId, number | boolean | null][]][]) => {
    let seconds = 0;
    return plan.map(([pause, values]) => {
      seconds += pause;
      const observations = values.flatMap(([rule, value]) => (value === null ? [] : [seen(rule, value)]));
      return [seconds, ...observations] as const;
    });
  };

  it('leaves nothing open once the trouble was seen to be gone', () => {
    fc.assert(
      fc.property(sequence, (plan) => {
        const steps = toSteps(plan);
        const end = (steps.at(-1)?.[0] ?? 0) + 1;
        const allGone = RULE_IDS.map((rule) => seen(rule, rule.startsWith('spend') ? 0 : aroundLimit(rule)[1]));
        // Nothing is observed after that: the last that was seen counts.
        const { incidents } = play([...steps, [end, ...allGone], [end + 300]]);
        expect(incidents).toEqual([]);
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('tells of every beginning exactly once, and of its end exactly once', () => {
    fc.assert(
      fc.property(sequence, (plan) => {
        const { transitions } = play(toSteps(plan));
        const byIncident = Map.groupBy(transitions, ({ incident }) => incident.incidentId);
        for (const [, own] of byIncident) {
          const kinds = own.map(({ kind }) => kind);
          expect(kinds.filter((kind) => kind === 'opened')).toHaveLength(1);
          expect(kinds.filter((kind) => kind === 'resolved').length).toBeLessThanOrEqual(1);
          expect(own.map(({ revision }) => revision)).toEqual(own.map((_, index) => index + 1));
        }
      }),
      { seed: 13, numRuns: 300 },
    );
  });

  it('never has two incidents of one rule and subject', () => {
    fc.assert(
      fc.property(sequence, (plan) => {
        const { incidents } = play(toSteps(plan));
        const keys = incidents.map(({ rule, subject }) => `${rule} ${subject.id}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { seed: 14, numRuns: 200 },
    );
  });
});

it('every rule has a heading in the runbook, in the order of the table', () => {
  const runbook = readFileSync(new URL('../../RUNBOOK.md', import.meta.url), 'utf8');
  const [, section = ''] = /\n## Incidents\n([\s\S]*?)\n## /.exec(runbook) ?? [];
  expect([...section.matchAll(/^### (\w+)$/gm)].map(([, heading]) => heading)).toEqual(RULE_IDS);
});
