import { Button, Loader, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { IncidentRuleList } from '../../../functions/api/schemas/incidents.ts';
import { useIncidentRules, useSetIncidentRules } from '../api/incident-settings.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone } from '../app/problem-toast.tsx';
import { useShow } from '../app/use-show.ts';
import { fieldErrors } from '../editor/field-errors.ts';
import { SEVERITY_TONES, SEVERITY_WORDS } from './incident-summary.ts';
import {
  changesOf,
  defaultsOf,
  type EscalationDraft,
  escalationOf,
  type IncidentRuleSettings,
  type RuleDraft,
  toDrafts,
  toEscalationDraft,
} from './rule-drafts.ts';
import classes from './RuleSettings.module.css';

/** Thresholds and hold times of the rules, for all destinations or one. */
export function RuleSettings() {
  const { destinations } = useShow();
  const [destinationId, choose] = useState('');
  const common = useIncidentRules();
  const own = useIncidentRules(destinationId);
  const problem = problemOf(own.error) ?? problemOf(common.error);
  const pushes = destinations?.filter(({ primary }) => !primary) ?? [];
  return (
    <section className={classes.settings} aria-labelledby="rules-heading">
      <h2 id="rules-heading">Rules</h2>
      <NativeSelect
        aria-label="Rules of"
        className={classes.of}
        data={[
          { value: '', label: 'All destinations' },
          ...pushes.map(({ destinationId: value, name }) => ({ value, label: name })),
        ]}
        value={destinationId}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      {own.data && common.data ? (
        <RuleForm
          key={destinationId}
          destinationId={destinationId}
          list={own.data}
          inherited={destinationId ? common.data.data : null}
        />
      ) : problem ? (
        <ProblemPanel problem={problem} />
      ) : (
        <Loader />
      )}
    </section>
  );
}

interface RuleFormProps {
  destinationId: string;
  list: IncidentRuleList;
  inherited: readonly IncidentRuleSettings[] | null;
}

function RuleForm({ destinationId, list, inherited }: RuleFormProps) {
  const { data: rules } = list;
  // Polls must not replace what is being typed.
  const [drafts, setDrafts] = useState(() => toDrafts(rules));
  const [escalation, setEscalation] = useState(() => toEscalationDraft(list));
  const refusal = useRoleRefusal('admin');
  const save = useSetIncidentRules(destinationId);
  const problem = problemOf(save.error);
  const known = rules.flatMap(({ rule }) => [`rules.${rule}.threshold`, `rules.${rule}.holdSeconds`]);
  const { fields, rest } = fieldErrors(problem, [ESCALATION, ...known]);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate(
      { rules: changesOf(rules, drafts, inherited), [ESCALATION]: escalationOf(escalation, list) },
      {
        onSuccess: (saved) => {
          setDrafts(toDrafts(saved.data));
          setEscalation(toEscalationDraft(saved));
          showDone('Rules saved');
        },
      },
    );
  };
  return (
    <form ref={form} onSubmit={send} noValidate>
      {refusal && <p className={classes.note}>{refusal}.</p>}
      <fieldset disabled={refusal !== undefined} className={classes.rules}>
        <legend>Empty fields use the default.</legend>
        {!destinationId && (
          <EscalationRow
            draft={escalation}
            defaultSeconds={list.escalateAfterSecondsDefault}
            onChange={(changes) => setEscalation((before) => ({ ...before, ...changes }))}
            error={fields[ESCALATION]}
          />
        )}
        {rules.map((settings) => (
          <RuleRow
            key={settings.rule}
            settings={settings}
            base={inherited?.find(({ rule }) => rule === settings.rule) ?? defaultsOf(settings)}
            draft={drafts[settings.rule]!}
            onChange={(changes) =>
              setDrafts((before) => ({ ...before, [settings.rule]: { ...before[settings.rule]!, ...changes } }))
            }
            errors={{
              threshold: fields[`rules.${settings.rule}.threshold`],
              holdSeconds: fields[`rules.${settings.rule}.holdSeconds`],
            }}
          />
        ))}
      </fieldset>
      {rest && <ProblemPanel problem={rest} isInSight />}
      {refusal === undefined && (
        <Button type="submit" mt="sm" loading={save.isPending}>
          Save rules
        </Button>
      )}
    </form>
  );
}

/** The field's name in the API. */
const ESCALATION = 'escalateAfterSeconds';

interface EscalationRowProps {
  draft: EscalationDraft;
  defaultSeconds: number;
  onChange: (changes: Partial<EscalationDraft>) => void;
  error: string | undefined;
}

function EscalationRow({ draft, defaultSeconds, onChange, error }: EscalationRowProps) {
  return (
    <div className={classes.rule}>
      <div>
        <Enabled label="Escalate" isEnabled={draft.enabled} onChange={(enabled) => onChange({ enabled })} />
        <p>An incident without an acknowledgement becomes more severe and is sent again.</p>
      </div>
      <span />
      <TextInput
        size="xs"
        label="After (s)"
        aria-label="Escalate: after (s)"
        inputMode="numeric"
        placeholder={String(defaultSeconds)}
        value={draft.seconds}
        disabled={!draft.enabled}
        error={error}
        aria-invalid={error ? true : undefined}
        onChange={(event) => onChange({ seconds: event.currentTarget.value })}
      />
    </div>
  );
}

interface EnabledProps {
  label: string;
  isEnabled: boolean;
  onChange: (isEnabled: boolean) => void;
}

function Enabled({ label, isEnabled, onChange }: EnabledProps) {
  return (
    <label className={classes.enabled}>
      <input type="checkbox" checked={isEnabled} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

interface RuleRowProps {
  settings: IncidentRuleSettings;
  /** Values that apply to empty fields. */
  base: Pick<IncidentRuleSettings, 'threshold' | 'holdSeconds'>;
  draft: RuleDraft;
  onChange: (changes: Partial<RuleDraft>) => void;
  errors: { threshold: string | undefined; holdSeconds: string | undefined };
}

function RuleRow({ settings, base, draft, onChange, errors }: RuleRowProps) {
  const { title, severity, meaning, thresholdLimits } = settings;
  return (
    <div className={classes.rule}>
      <div>
        <Enabled label={title} isEnabled={draft.enabled} onChange={(enabled) => onChange({ enabled })} />
        <p>
          <span data-tone={SEVERITY_TONES[severity]} className={classes.severity}>
            {SEVERITY_WORDS[severity]}
          </span>{' '}
          · {meaning}
        </p>
      </div>
      {thresholdLimits ? (
        <TextInput
          size="xs"
          label={`${THRESHOLD_WORDS[thresholdLimits.is]} (${thresholdLimits.unit})`}
          aria-label={`${title}: ${THRESHOLD_WORDS[thresholdLimits.is]} (${thresholdLimits.unit})`}
          inputMode="decimal"
          placeholder={String(base.threshold)}
          value={draft.threshold}
          error={errors.threshold}
          aria-invalid={errors.threshold ? true : undefined}
          onChange={(event) => onChange({ threshold: event.currentTarget.value })}
        />
      ) : (
        <span />
      )}
      <TextInput
        size="xs"
        label="Held for (s)"
        aria-label={`${title}: held for (s)`}
        inputMode="numeric"
        placeholder={String(base.holdSeconds)}
        value={draft.holdSeconds}
        error={errors.holdSeconds}
        aria-invalid={errors.holdSeconds ? true : undefined}
        onChange={(event) => onChange({ holdSeconds: event.currentTarget.value })}
      />
    </div>
  );
}

const THRESHOLD_WORDS = { above: 'More than', below: 'Less than', from: 'At least' };
