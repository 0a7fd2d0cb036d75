import { TextInput } from '@mantine/core';

interface ModerationReasonProps {
  /** Where the reason goes. */
  description: string;
  value: string;
  onChange: (reason: string) => void;
}

/** Asks why a moderator acts. */
export function ModerationReason({ description, value, onChange }: ModerationReasonProps) {
  return (
    <TextInput
      label="Reason"
      description={description}
      autoComplete="off"
      maxLength={200}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
