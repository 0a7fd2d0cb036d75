import { NativeSelect, TextInput } from '@mantine/core';
import { toLocalTime, toInstantText } from './key-terms-values.ts';

const USES = [
  { value: 'reusable', label: 'For any number of broadcasts' },
  { value: 'once', label: 'For one broadcast only' },
];

/** What the fields hold: `reusable` or `once`, and an instant or an empty text. */
export interface KeyTerms {
  keyUse: string;
  keyValidUntil: string;
}

interface KeyTermsFieldsProps {
  terms: KeyTerms;
  errors: Record<string, string>;
  /** What the field of the expiry says in addition. */
  hint?: string | undefined;
  onChange: (part: Partial<KeyTerms>) => void;
}

/** Until when the platform takes the stream key, and how often. The preflight checks it. */
export function KeyTermsFields({ terms, errors, hint, onChange }: KeyTermsFieldsProps) {
  return (
    <>
      <NativeSelect
        label="Stream key is"
        data={USES}
        value={terms.keyUse}
        error={errors['keyUse']}
        onChange={(event) => onChange({ keyUse: event.currentTarget.value })}
      />
      <TextInput
        label="Stream key expires"
        description={['In your time. Leave empty if it does not.', hint].filter(Boolean).join(' ')}
        type="datetime-local"
        value={toLocalTime(terms.keyValidUntil)}
        error={errors['keyValidUntil']}
        aria-invalid={errors['keyValidUntil'] ? true : undefined}
        onChange={(event) => onChange({ keyValidUntil: toInstantText(event.currentTarget.value) })}
      />
    </>
  );
}
