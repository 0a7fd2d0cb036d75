import { IconLinkOff } from '@tabler/icons-react';
import { lazy, useState } from 'react';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import type { NewWatchLink, WatchLinkResource } from '../../../functions/api/schemas/watch-links.ts';
import { useCreateWatchLink, useRevokeWatchLink, useWatchLinks } from '../api/watch-links.ts';
import { useServerNow } from '../app/use-now.ts';
import { AccessForm } from '../people/AccessForm.tsx';
import { AccessEntry, AccessList, RevokeButton } from '../people/AccessList.tsx';
import { Copyable } from '../ui/Copyable.tsx';
import { formatMoment } from '../ui/format.ts';
import { LazyPart } from '../ui/LazyPart.tsx';
import { SecretDialog } from '../ui/SecretDialog.tsx';
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
            <Copyable value={found.watchUrl} label="Copy the address" />
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
        <AccessList aria-label="Watch links">
          {valid.map((link) => (
            <WatchLink key={link.linkId} link={link} />
          ))}
        </AccessList>
      )}
      <AccessForm
        label="Create a watch link"
        nameLabel="For whom"
        submitLabel="Create watch link"
        create={useCreateWatchLink(showId)}
        bodyFor={(name) => ({ name })}
        onCreated={setCreated}
      />
      {created && (
        <SecretDialog
          title={`Watch link for ${created.name}`}
          kind="link"
          secret={created.link}
          note="Who has it can watch the show."
          onClose={() => setCreated(null)}
        />
      )}
    </>
  );
}

function WatchLink({ link: { expiresAt, linkId, name, showId } }: { link: WatchLinkResource }) {
  const now = useServerNow();
  const revoke = useRevokeWatchLink(showId);
  return (
    <AccessEntry name={name} facts={[`until ${formatMoment(expiresAt, now)}`]}>
      <RevokeButton
        id={linkId}
        what={`the link for ${name}`}
        explanation="Who watches with it loses the picture"
        done={`The link for ${name} no longer works`}
        revoke={revoke}
        icon={<IconLinkOff size={16} aria-hidden="true" />}
      />
    </AccessEntry>
  );
}
