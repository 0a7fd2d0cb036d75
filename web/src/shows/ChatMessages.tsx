import { Button } from '@mantine/core';
import { IconBan, IconNetworkOff } from '@tabler/icons-react';
import type { ChatMessageResource, ModerateChat } from '../../../functions/api/schemas/show-chat.ts';
import { useServerNow } from '../app/use-now.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { formatMoment } from '../ui/format.ts';
import classes from './ShowWatchPage.module.css';

interface ChatMessagesProps {
  label: string;
  messages: readonly ChatMessageResource[];
  isBusy: boolean;
  /** Carries out an action and says what was done. */
  onAct: (action: ModerateChat, done: string) => void;
}

const TIME_OUT_MINUTES = 10;

/** Messages of a chat with what a moderator can do about each. */
export function ChatMessages({ label, messages, isBusy, onAct }: ChatMessagesProps) {
  return (
    <ul className={classes.list} aria-label={label}>
      {messages.map((message) => (
        <ChatMessage key={message.messageId} message={message} isBusy={isBusy} onAct={onAct} />
      ))}
    </ul>
  );
}

function ChatMessage({
  message: { messageId, name, text, at, state },
  isBusy,
  onAct,
}: Omit<ChatMessagesProps, 'label' | 'messages'> & { message: ChatMessageResource }) {
  const now = useServerNow();
  const act = (label: string, action: ModerateChat, done: string) => (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`${label}: ${name}, ${text}`}
      disabled={isBusy}
      onClick={() => onAct(action, done)}
    >
      {label}
    </Button>
  );
  const ban = (scope: 'author' | 'network') =>
    onAct({ action: 'block', messageId, scope, minutes: null, deletesMessages: true }, `${name} is banned`);
  return (
    <li aria-label={`${name}: ${text}`}>
      <span>
        {formatMoment(at, now)} · <bdi>{name}</bdi>: <span dir="auto">{text}</span>
        {state === 'deleted' && ' (deleted)'}
      </span>
      <span className={classes.address}>
        {state === 'held' && act('Approve', { action: 'approve', messageId }, 'The message is shown')}
        {state !== 'deleted' && act('Delete', { action: 'delete', messageId }, 'The message is deleted')}
        {act(
          `Time out ${TIME_OUT_MINUTES} min`,
          { action: 'block', messageId, scope: 'author', minutes: TIME_OUT_MINUTES },
          `${name} cannot write for ${TIME_OUT_MINUTES} minutes`,
        )}
        <ConfirmButton
          label="Ban"
          confirmLabel="Ban"
          busyLabel="Banning"
          explanation="This browser cannot write in this chat any more; its messages are deleted"
          ariaLabel={`Ban ${name}`}
          icon={<IconBan size={16} aria-hidden="true" />}
          busy={isBusy}
          onConfirm={() => ban('author')}
        />
        <ConfirmButton
          label="Ban network"
          confirmLabel="Ban network"
          busyLabel="Banning"
          explanation="No one in this network can write until the end of the next day (UTC); their messages are deleted"
          ariaLabel={`Ban network of ${name}`}
          icon={<IconNetworkOff size={16} aria-hidden="true" />}
          busy={isBusy}
          onConfirm={() => ban('network')}
        />
      </span>
    </li>
  );
}
