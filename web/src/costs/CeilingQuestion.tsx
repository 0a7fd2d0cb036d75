import { Button } from '@mantine/core';
import { IconHandStop, IconPlayerPlay, IconReportMoney } from '@tabler/icons-react';
import { useRoleRefusal } from '../api/session.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import classes from './Ceilings.module.css';

interface CeilingQuestionProps {
  label: string;
  /** What is spent, as a sentence. */
  spent: string;
  /** What happens without an answer, as a sentence. */
  question: string;
  busy: boolean;
  onAnswer: (answer: 'keep' | 'stop') => void;
}

/** The question of a ceiling that is reached, with its two answers. */
export function CeilingQuestion({ label, spent, question, busy, onAnswer }: CeilingQuestionProps) {
  const refusal = useRoleRefusal('operator');
  return (
    <section className={classes.banner} aria-label={label} data-tone="attention">
      <IconReportMoney size={22} aria-hidden="true" />
      <p>
        <strong>{spent}</strong> {question}
      </p>
      <div className={classes.answers}>
        <Button
          size="sm"
          leftSection={<IconPlayerPlay size={16} />}
          aria-disabled={refusal !== undefined || undefined}
          data-disabled={refusal !== undefined || undefined}
          data-hint={refusal}
          loading={busy}
          onClick={() => refusal === undefined && onAnswer('keep')}
        >
          Keep running
        </Button>
        <ConfirmButton
          label="Stop now"
          confirmLabel="Stop everything that is not spared"
          busyLabel="Stopping"
          explanation={refusal}
          busy={busy}
          disabled={refusal !== undefined}
          icon={<IconHandStop size={16} />}
          onConfirm={() => onAnswer('stop')}
        />
      </div>
    </section>
  );
}
