import { Button, Loader } from '@mantine/core';
import { useInvitationPreview, useRedeem } from '../api/people.ts';
import { queryClient, queryKeys } from '../api/query-client.ts';
import { problemOf } from '../api/request.ts';
import { useSession } from '../api/session.ts';
import { ProblemText } from '../app/ProblemText.tsx';
import { useServerNow } from '../app/use-now.ts';
import { ColorSchemeSwitch } from '../ui/ColorSchemeSwitch.tsx';
import { formatMoment } from '../ui/format.ts';
import { Mark, Wordmark } from '../ui/Wordmark.tsx';
import classes from './SignInPage.module.css';

interface InvitationPageProps {
  /** The secret of the link. */
  invitation: string;
  /** Leaves the page for the dashboard, or for the sign-in page. */
  onDone: () => void;
}

/** Shows whom an invitation link invites to what, and accepts it in this browser. */
export function InvitationPage({ invitation, onDone }: InvitationPageProps) {
  const preview = useInvitationPreview(invitation);
  const now = useServerNow();
  const redeem = useRedeem(invitation);
  const problem = problemOf(redeem.error ?? preview.error);
  const accept = (): void =>
    redeem.mutate(undefined, {
      onSuccess: (session) => {
        queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== queryKeys.session[0] });
        queryClient.setQueryData(queryKeys.session, session);
        onDone();
      },
    });
  return (
    <main className={classes.page}>
      <div className={classes.corner}>
        <ColorSchemeSwitch />
      </div>
      <section className={classes.card} aria-labelledby="invitation-heading">
        <div className={classes.brand}>
          <Mark size={40} />
          <Wordmark height={30} />
        </div>
        <p className={classes.line}>One feed in. Every platform out, each with its own gate.</p>
        <h1 id="invitation-heading">Invitation</h1>
        {problem && (
          <>
            <div className={classes.problem} role="alert">
              <ProblemText problem={problem} />
            </div>
            <Button variant="default" size="md" fullWidth mt="md" onClick={onDone}>
              Continue without it
            </Button>
          </>
        )}
        {!problem && !preview.data && <Loader />}
        {!problem && preview.data && (
          <>
            <p className={classes.help}>
              {preview.data.createdBy} invites you as <b>{preview.data.name}</b> with the role{' '}
              <b>{preview.data.role}</b>: {ROLE_WORDS[preview.data.role]} The link works once, until{' '}
              {formatMoment(preview.data.expiresAt, now)}.
            </p>
            <SignedInAs />
            <Button size="md" fullWidth autoFocus loading={redeem.isPending} onClick={accept}>
              Continue as {preview.data.name}
            </Button>
          </>
        )}
      </section>
    </main>
  );
}

const ROLE_WORDS = {
  viewer: 'you see everything and change nothing.',
  operator: 'you start and stop destinations and run shows.',
  admin: 'you may do everything.',
} as const;

/** Warns that accepting replaces the session of this browser. */
function SignedInAs() {
  const session = useSession().data;
  if (!session) return null;
  return (
    <p className={classes.refused} role="status">
      This browser is signed in as {session.principal}. Accepting signs that out.
    </p>
  );
}
