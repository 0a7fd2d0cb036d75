import { Button, Checkbox, NumberInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ShowChat } from '../../../functions/api/schemas/show-chat.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { useSetChat } from '../api/show-chat.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone } from '../app/problem-toast.tsx';
import classes from './ShowWatchPage.module.css';

type Settings = Pick<
  ShowChat,
  'mode' | 'slowModeSeconds' | 'hasLinks' | 'wordsRefused' | 'isFirstHeld' | 'hasReactions' | 'revision'
>;

const SLOW_MODE_SECONDS_MAX = 3_600;

/** What an operator decides about the chat of a show. */
export function ChatSettingsForm({ showId, chat }: { showId: string; chat: ShowChat }) {
  // Polls must not overwrite what is being changed.
  const [draft, setDraft] = useState<Settings | null>(null);
  const save = useSetChat(showId);
  const refusal = useRoleRefusal('operator');
  const shown: Settings = draft ?? chat;
  const change = (changes: Partial<Settings>) => setDraft({ ...shown, ...changes });
  const problem = problemOf(save.error);
  return (
    <form
      className={classes.part}
      aria-label="Chat settings"
      onSubmit={(event) => {
        event.preventDefault();
        const { mode, slowModeSeconds, hasLinks, wordsRefused, isFirstHeld, hasReactions, revision } = shown;
        const words = wordsRefused.map((word) => word.trim()).filter((word) => word !== '');
        save.mutate(
          { mode, slowModeSeconds, hasLinks, wordsRefused: words, isFirstHeld, hasReactions, revision },
          {
            onSuccess: () => {
              setDraft(null);
              showDone('The chat settings are saved');
            },
          },
        );
      }}
    >
      <Checkbox
        label="Chat"
        checked={shown.mode === 'open'}
        onChange={(event) => change({ mode: event.currentTarget.checked ? 'open' : 'off' })}
      />
      <Checkbox
        label="Hold the first message of each person"
        checked={shown.isFirstHeld}
        onChange={(event) => change({ isFirstHeld: event.currentTarget.checked })}
      />
      <Checkbox
        label="Allow links"
        checked={shown.hasLinks}
        onChange={(event) => change({ hasLinks: event.currentTarget.checked })}
      />
      <Checkbox
        label="Reactions, likes and rating"
        checked={shown.hasReactions}
        onChange={(event) => change({ hasReactions: event.currentTarget.checked })}
      />
      <NumberInput
        label="Slow mode, seconds"
        description="Between two messages of one person"
        min={0}
        max={SLOW_MODE_SECONDS_MAX}
        allowDecimal={false}
        value={shown.slowModeSeconds}
        onChange={(value) => change({ slowModeSeconds: Number(value) || 0 })}
      />
      <Textarea
        label="Refused words"
        description="One a line"
        rows={3}
        value={shown.wordsRefused.join('\n')}
        onChange={(event) => change({ wordsRefused: event.currentTarget.value.split('\n') })}
      />
      <div>
        <Button
          type="submit"
          loading={save.isPending}
          disabled={draft === null || refusal !== undefined}
          title={refusal ?? ''}
        >
          Save chat settings
        </Button>
      </div>
      {problem && <ProblemPanel problem={problem} />}
    </form>
  );
}
