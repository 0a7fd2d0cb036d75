import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import type { ProblemBody } from '../../../functions/api/schemas/problem.ts';
import { problemOf, wayToSignIn } from '../api/request.ts';
import { useSignOut } from '../api/session.ts';
import { signInRefusal, useSignIn, useSignInElsewhere } from './use-sign-in.ts';
import { ColorSchemeSwitch } from '../ui/ColorSchemeSwitch.tsx';
import { ProblemText } from '../app/ProblemText.tsx';
import { Mark, Wordmark } from '../ui/Wordmark.tsx';
import classes from './SignInPage.module.css';

interface SignInPageProps {
  linkRefused: boolean;
  /** Set when the signed-in user has no role. */
  forbidden?: ProblemBody;
}

/** Signs in with the token of this installation or at the user pool, as the API requires. */
export function SignInPage({ linkRefused, forbidden }: SignInPageProps) {
  const way = wayToSignIn();
  useSignInElsewhere();
  return (
    <main className={classes.page}>
      <div className={classes.corner}>
        <ColorSchemeSwitch />
      </div>
      <section className={classes.card} aria-labelledby="sign-in-heading">
        <div className={classes.brand}>
          <Mark size={40} />
          <Wordmark height={30} />
        </div>
        <p className={classes.line}>One feed in. Every platform out, each with its own gate.</p>
        {forbidden && <Forbidden problem={forbidden} />}
        {!forbidden && way.kind === 'redirect' && <AtUserPool url={way.url} />}
        {!forbidden && way.kind === 'token' && <WithToken linkRefused={linkRefused} />}
      </section>
    </main>
  );
}

function WithToken({ linkRefused }: { linkRefused: boolean }) {
  const [token, setToken] = useState('');
  const signIn = useSignIn();
  const problem = problemOf(signIn.error);
  return (
    <>
      <h1 id="sign-in-heading">Sign in</h1>
      {linkRefused && <Refused reason="This sign-in link is no longer valid." />}
      <p className={classes.help}>
        Open the sign-in link printed in the terminal, or paste its token. <code>npm run link</code> prints it again.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate(token.trim());
        }}
      >
        <PasswordInput
          label="Token"
          size="md"
          value={token}
          autoComplete="current-password"
          autoFocus
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        {problem && <Problem problem={problem} />}
        <Button type="submit" size="md" fullWidth mt="md" loading={signIn.isPending} disabled={token.trim() === ''}>
          Sign in
        </Button>
      </form>
    </>
  );
}

function AtUserPool({ url }: { url: string }) {
  const refusal = signInRefusal(window.location.search);
  return (
    <>
      <h1 id="sign-in-heading">Sign in</h1>
      {refusal && <Refused reason={refusal} />}
      <p className={classes.help}>Use the e-mail address your administrator added.</p>
      <Button component="a" href={url} size="md" fullWidth autoFocus>
        Sign in
      </Button>
    </>
  );
}

function Forbidden({ problem }: { problem: ProblemBody }) {
  const signOut = useSignOut();
  return (
    <>
      <h1 id="sign-in-heading">No access yet</h1>
      <Problem problem={problem} />
      <Button
        variant="default"
        size="md"
        fullWidth
        mt="md"
        loading={signOut.isPending}
        onClick={() => signOut.mutate()}
      >
        Sign out
      </Button>
    </>
  );
}

function Problem({ problem }: { problem: ProblemBody }) {
  return (
    <div className={classes.problem} role="alert">
      <ProblemText problem={problem} />
    </div>
  );
}

function Refused({ reason }: { reason: string }) {
  return (
    <p className={classes.refused} role="alert">
      {reason}
    </p>
  );
}
