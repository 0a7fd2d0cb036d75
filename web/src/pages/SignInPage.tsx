import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { ApiProblem } from '../api/request.ts';
import { useSignIn } from '../api/session.ts';
import { ColorSchemeSwitch } from '../components/ColorSchemeSwitch.tsx';
import { ProblemText } from '../components/ProblemText.tsx';
import { Mark, Wordmark } from '../components/Wordmark.tsx';
import classes from './SignInPage.module.css';

/** Asks for the token and says where it is found. */
export function SignInPage({ linkRefused }: { linkRefused: boolean }) {
  const [token, setToken] = useState('');
  const signIn = useSignIn();
  const problem = signIn.error instanceof ApiProblem ? signIn.error.problem : null;
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
        <h1 id="sign-in-heading">Sign in</h1>
        {linkRefused && (
          <p className={classes.refused} role="alert">
            That sign-in link is not valid any more.
          </p>
        )}
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
          {problem && (
            <div className={classes.problem} role="alert">
              <ProblemText problem={problem} />
            </div>
          )}
          <Button type="submit" size="md" fullWidth mt="md" loading={signIn.isPending} disabled={token.trim() === ''}>
            Sign in
          </Button>
        </form>
      </section>
    </main>
  );
}
