import type { SessionResource } from '../../../functions/api/schemas/session.ts';
import { useRoleRefusal } from '../api/session.ts';
import { AccessTokens } from '../people/AccessTokens.tsx';
import { People } from '../people/People.tsx';
import { UserPool } from '../people/UserPool.tsx';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';

/** Who and what has access. */
export function PeoplePage({ session }: { session: SessionResource }) {
  usePageTitle('People');
  const refusal = useRoleRefusal('admin');
  return (
    <section className={page.page}>
      <h1>People</h1>
      {refusal ? (
        <p className={page.lead}>{refusal}.</p>
      ) : session.signIn.kind === 'redirect' ? (
        <UserPool />
      ) : (
        <People />
      )}
      <h2>Access tokens</h2>
      {refusal ? <p className={page.lead}>{refusal}.</p> : <AccessTokens />}
    </section>
  );
}
