import { Button } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type {
  ModerateChat,
  ModerationEntryResource,
  ShowChat as Chat,
} from '../../../functions/api/schemas/show-chat.ts';
import { useRoleRefusal } from '../api/session.ts';
import { useChatMessages, useModerateChat, useModerationLog, useShowChat } from '../api/show-chat.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { formatMoment } from '../ui/format.ts';
import { ChatMessages } from './ChatMessages.tsx';
import { ChatSettingsForm } from './ChatSettingsForm.tsx';
import { ModerationReason } from './ModerationReason.tsx';
import classes from './ShowWatchPage.module.css';

const OPENING_WORDS: Record<Chat['opening'], string> = {
  off: 'The chat is off.',
  early: 'The chat opens half an hour before the show.',
  open: 'The chat is open.',
  over: 'The chat is over.',
};

/** The chat of a show: its settings, and what moderators do in it. */
export function ShowChat({ showId }: { showId: string }) {
  const chat = useShowChat(showId).data;
  const refusal = useRoleRefusal('operator');
  if (!chat) return null;
  const { totals } = chat;
  return (
    <section className={classes.part}>
      <h2>Chat</h2>
      <p>
        {OPENING_WORDS[chat.opening]} Messages: {totals.messages} · reactions: {totals.reactions} · likes:{' '}
        {totals.likes}
        {totals.meanRating !== null && ` · rating: ${totals.meanRating} of 5 (${totals.ratings})`}
      </p>
      <ChatSettingsForm showId={showId} chat={chat} />
      {refusal === undefined && <Moderation showId={showId} blocks={chat.blocks} />}
    </section>
  );
}

function Moderation({ showId, blocks }: { showId: string; blocks: Chat['blocks'] }) {
  const [reason, setReason] = useState('');
  const moderate = useModerateChat(showId);
  const held = useChatMessages(showId, 'held').data?.data ?? [];
  const sent = useChatMessages(showId, 'sent').data?.data ?? [];
  const onAct = (action: ModerateChat, done: string) =>
    moderate.mutate(
      { ...action, reason },
      { onSuccess: () => showDone(done), onError: (error) => showProblem(error, 'Moderate the chat') },
    );
  const common = { isBusy: moderate.isPending, onAct };
  return (
    <>
      <ModerationReason description="Goes into the log with each action" value={reason} onChange={setReason} />
      {held.length > 0 && <h3>Waiting for approval</h3>}
      {held.length > 0 && <ChatMessages label="Messages that wait for approval" messages={held} {...common} />}
      <h3>Messages</h3>
      {sent.length === 0 && <p>No messages yet.</p>}
      <ChatMessages label="Chat messages" messages={sent} {...common} />
      {sent.length > 0 && (
        <ConfirmButton
          label="Clear chat"
          confirmLabel="Clear chat"
          busyLabel="Clearing"
          explanation="Deletes all messages so far for everyone"
          icon={<IconTrash size={16} aria-hidden="true" />}
          busy={moderate.isPending}
          onConfirm={() => onAct({ action: 'clear' }, 'The chat is cleared')}
        />
      )}
      <Blocks blocks={blocks} {...common} />
      <ModerationLog showId={showId} />
    </>
  );
}

function Blocks({
  blocks,
  isBusy,
  onAct,
}: {
  blocks: Chat['blocks'];
  isBusy: boolean;
  onAct: (action: ModerateChat, done: string) => void;
}) {
  const now = useServerNow();
  if (blocks.length === 0) return null;
  return (
    <>
      <h3>Blocked</h3>
      <ul className={classes.list} aria-label="Blocked">
        {blocks.map(({ scope, target, name, until }) => (
          <li key={`${scope} ${target}`}>
            <span>
              {scope === 'network' && 'Network of '}
              <bdi>{name}</bdi> · {until === null ? 'banned' : `until ${formatMoment(until, now)}`}
            </span>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Unblock ${name}`}
              disabled={isBusy}
              onClick={() => onAct({ action: 'unblock', scope, target }, `${name} can write again`)}
            >
              Unblock
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

const ACTION_WORDS: Record<ModerationEntryResource['action'], string> = {
  approve: 'approved a message of',
  block: 'blocked',
  clear: 'cleared the chat',
  'close-flag': 'closed a report of watchers about',
  delete: 'deleted a message of',
  settings: 'changed the settings',
  unblock: 'ended a block',
};

function ModerationLog({ showId }: { showId: string }) {
  const now = useServerNow();
  const entries = useModerationLog(showId).data?.data ?? [];
  if (entries.length === 0) return null;
  return (
    <>
      <h3>Moderation log</h3>
      <ul className={classes.list} aria-label="Moderation log">
        {entries.map(({ actionId, action, at, by, name, reason }) => (
          <li key={actionId}>
            <span>
              {formatMoment(at, now)} · {by} {ACTION_WORDS[action]}
              {name !== null && ` ${name}`}
              {reason !== '' && `: ${reason}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
