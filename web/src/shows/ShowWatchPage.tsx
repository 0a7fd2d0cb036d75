import { Button, TextInput } from '@mantine/core';
import { IconLinkOff } from '@tabler/icons-react';
import { lazy, useState } from 'react';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import type { NewWatchLink, WatchLinkResource } from '../../../functions/api/schemas/watch-links.ts';
import { problemOf } from '../api/request.ts';
import { useCreateWatchLink, useRevokeWatchLink, useWatchLinks } from '../api/watch-links.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import { formatMoment } from '../ui/format.ts';
import { LazyPart } from '../ui/LazyPart.tsx';
import classes from './ShowWatchPage.module.css';

const ShowChat = lazy(async () => ({ default: (await import('./ShowChat.tsx')).ShowChat }));

const SEEN_BY: Record<ShowResource['privacy'], string> = {
  public: 'Everyone finds it in the catalogue.',
  unlisted: 'Everyone who has the address can watch. It is in no list.',
  private: 'Only people with a watch link can watch.',
};

/**
 * The watch page of a show, the links with which people watch a private one, and its chat. Nothing while public pages are
 * off.
 */
export function ShowWatchPage({ show }: { show: ShowResource }) {
  const found = useWatchLinks(show.showId).data;
  if (!found?.watchUrl) return null;
  const valid = found.data.filter(({ state }) => state === 'valid');
  return (
    <>
      <section className={classes.part}>
        <h2>Watch page</h2>
        {show.state === 'draft' || show.state === 'cancelled' ? (
          <p>A show that is {show.state === 'draft' ? 'a draft' : 'cancelled'} has none.</p>
        ) : (
          <>
            <p>{SEEN_BY[show.privacy]}</p>
            <Address value={found.watchUrl} label="Copy the address" />
          </>
        )}
        {show.privacy === 'private' && <Links showId={show.showId} valid={valid} />}
      </section>
      <LazyPart>
        <ShowChat showId={show.showId} />
      </LazyPart>
    </>
  );
}

function Links({ showId, valid }: { showId: string; valid: readonly WatchLinkResource[] }) {
  const [created, setCreated] = useState<NewWatchLink | null>(null);
  return (
    <>
      {valid.length > 0 && (
        <ul className={classes.list} aria-label="Watch links">
          {valid.map((link) => (
            <WatchLink key={link.linkId} link={link} />
          ))}
        </ul>
      )}
      {created && (
        <div role="status">
          <p>The link for {created.name} is not shown again:</p>
          <Address value={created.link} label="Copy the watch link" />
        </div>
      )}
      <CreateLink showId={showId} onCreated={setCreated} />
    </>
  );
}

function Address({ value, label }: { value: string; label: string }) {
  return (
    <p className={classes.address}>
      <code>{value}</code>
      <CopyButton value={value} label={label} />
    </p>
  );
}

function WatchLink({ link: { expiresAt, linkId, name, showId } }: { link: WatchLinkResource }) {
  const now = useServerNow();
  const revoke = useRevokeWatchLink(showId);
  return (
    <li aria-label={name}>
      <span>
        {name} · until {formatMoment(expiresAt, now)}
      </span>
      <ConfirmButton
        label="Revoke"
        confirmLabel="Revoke"
        busyLabel="Revoking"
        explanation="Who watches with it loses the picture"
        ariaLabel={`Revoke the link for ${name}`}
        icon={<IconLinkOff size={16} aria-hidden="true" />}
        busy={revoke.isPending}
        onConfirm={() =>
          revoke.mutate(linkId, {
            onSuccess: () => showDone(`The link for ${name} no longer works`),
            onError: (error) => showProblem(error, `Revoke the link for ${name}`),
          })
        }
      />
    </li>
  );
}

function CreateLink({ showId, onCreated }: { showId: string; onCreated: (link: NewWatchLink) => void }) {
  const [name, setName] = useState('');
  const create = useCreateWatchLink(showId);
  const problem = problemOf(create.error);
  return (
    <form
      className={classes.form}
      aria-label="Create a watch link"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate(
          { name },
          {
            onSuccess: (link) => {
              setName('');
              onCreated(link);
            },
          },
        );
      }}
    >
      <TextInput
        label="For whom"
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
        Create watch link
      </Button>
      {problem && <ProblemPanel problem={problem} />}
    </form>
  );
}
