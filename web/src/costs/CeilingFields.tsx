import { NativeSelect, NumberInput } from '@mantine/core';
import type { CeilingResource, SetCeiling } from '../../../functions/api/schemas/ceilings.ts';
import classes from './Ceilings.module.css';

const ACTIONS = [
  { value: 'warn', label: 'Warn only' },
  { value: 'ask', label: 'Ask, with a countdown' },
  { value: 'stop', label: 'Stop everything' },
];
const ANSWERS = [
  { value: 'stop', label: 'Stop everything' },
  { value: 'keep', label: 'Keep running' },
];
const COUNTDOWN_MINUTES = 10;

/** What the fields hold; an empty number is a text. */
export interface CeilingDraft {
  amount: number | string;
  action: SetCeiling['action'];
  countdownMinutes: number | string;
  defaultAnswer: 'keep' | 'stop';
  spared: string[];
}

type CeilingLike = Pick<CeilingResource, keyof CeilingDraft>;

/** Returns the fields of a ceiling, or those of a new one. */
export function toCeilingDraft(ceiling: CeilingLike | null): CeilingDraft {
  return {
    amount: ceiling?.amount ?? '',
    action: ceiling?.action ?? 'ask',
    countdownMinutes: ceiling?.countdownMinutes ?? COUNTDOWN_MINUTES,
    defaultAnswer: ceiling?.defaultAnswer ?? 'stop',
    spared: ceiling?.spared ?? [],
  };
}

const toggled = (ids: readonly string[], id: string): string[] =>
  ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id];

/** Returns the request. An empty field is sent as it is, so that the API explains it. @param known that may be spared */
export function toCeilingRequest({ amount, ...rest }: CeilingDraft, known: ReadonlySet<string>): SetCeiling {
  return { amount: amount as number, ...toAtLimitRequest(rest, known) };
}

/** Returns what happens at a limit, as a request. @param known that may be spared */
export function toAtLimitRequest(
  { action, countdownMinutes, defaultAnswer, spared }: Omit<CeilingDraft, 'amount'>,
  known: ReadonlySet<string>,
): Omit<SetCeiling, 'amount'> {
  return {
    action,
    ...(action === 'ask' ? { countdownMinutes: countdownMinutes as number, defaultAnswer } : {}),
    // A destination that was deleted meanwhile needs no mercy.
    spared: action === 'warn' ? [] : spared.filter((id) => known.has(id)),
  };
}

interface CeilingFieldsProps {
  amountLabel: string;
  draft: CeilingDraft;
  /** Destinations that can be spared. */
  destinations: readonly { destinationId: string; name: string }[];
  errorOf: (field: string) => string | undefined;
  onChange: (part: Partial<CeilingDraft>) => void;
}

/** The fields of a ceiling: its amount, and what happens when it is reached. */
export function CeilingFields({ amountLabel, ...fields }: CeilingFieldsProps) {
  const { draft, errorOf, onChange } = fields;
  return (
    <>
      <NumberInput
        size="sm"
        label={amountLabel}
        min={0}
        decimalScale={2}
        hideControls
        value={draft.amount}
        error={errorOf('amount')}
        onChange={(amount) => onChange({ amount })}
      />
      <AtLimitFields {...fields} />
    </>
  );
}

/** The fields of what happens when a limit is reached. */
export function AtLimitFields({ draft, destinations, errorOf, onChange }: Omit<CeilingFieldsProps, 'amountLabel'>) {
  return (
    <>
      <NativeSelect
        size="sm"
        label="When it is reached"
        data={ACTIONS}
        value={draft.action}
        onChange={(event) => onChange({ action: event.currentTarget.value as SetCeiling['action'] })}
      />
      {draft.action === 'ask' && (
        <>
          <NumberInput
            size="sm"
            label="Countdown in minutes"
            min={1}
            max={60}
            allowDecimal={false}
            hideControls
            value={draft.countdownMinutes}
            error={errorOf('countdownMinutes')}
            onChange={(countdownMinutes) => onChange({ countdownMinutes })}
          />
          <NativeSelect
            size="sm"
            label="Without an answer"
            data={ANSWERS}
            value={draft.defaultAnswer}
            onChange={(event) =>
              onChange({ defaultAnswer: event.currentTarget.value as CeilingDraft['defaultAnswer'] })
            }
          />
        </>
      )}
      {draft.action !== 'warn' && destinations.length > 0 && (
        <fieldset className={classes.spares}>
          <legend>Never stop</legend>
          {destinations.map(({ destinationId, name }) => (
            <label key={destinationId}>
              <input
                type="checkbox"
                checked={draft.spared.includes(destinationId)}
                onChange={() => onChange({ spared: toggled(draft.spared, destinationId) })}
              />
              {name}
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}
