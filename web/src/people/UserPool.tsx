import type { PoolUserResource, UserPoolResource } from '../../../functions/api/schemas/user-pool.ts';
import { useUserPool } from '../api/people.ts';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatMoment } from '../ui/format.ts';
import { AccessEntry, AccessList } from './AccessList.tsx';
import classes from './People.module.css';

/** The users and script clients of a deployment on AWS. Cognito changes them, this page only shows them. For admins. */
export function UserPool() {
  const { data: pool, error } = useUserPool();
  const problem = problemOf(error);
  return (
    <>
      <Managed consoleUrl={pool?.consoleUrl ?? null} />
      {!pool && problem && <ProblemPanel problem={problem} />}
      {pool && <Users pool={pool} />}
      {pool && <Scripts scripts={pool.scripts} />}
    </>
  );
}

/** @param consoleUrl null while it is not known, and where the console has another address */
function Managed({ consoleUrl }: { consoleUrl: string | null }) {
  const place = 'the user pool in the AWS console';
  return (
    <p className={classes.text}>
      The people of this deployment are users of Cognito. Add, disable and delete them in{' '}
      {consoleUrl ? (
        <a href={consoleUrl} target="_blank" rel="noreferrer">
          {place}
        </a>
      ) : (
        place
      )}
      . Their groups viewer, operator and admin are their roles.
    </p>
  );
}

function Users({ pool: { isComplete, users } }: { pool: UserPoolResource }) {
  if (users.length === 0) return <p className={classes.text}>The user pool has no users yet.</p>;
  return (
    <>
      <AccessList aria-label="People">
        {users.map((user) => (
          <User key={user.username} user={user} />
        ))}
      </AccessList>
      {!isComplete && <p className={classes.text}>There are more users than these. The AWS console lists them all.</p>}
    </>
  );
}

function User({ user: { changedAt, email, isEnabled, role, status, username } }: { user: PoolUserResource }) {
  const now = useServerNow();
  const name = email ?? username;
  const facts = [
    role ?? 'no role, so no access',
    isEnabled ? null : 'disabled',
    // Cognito's word for the usual state tells an admin nothing.
    status === 'CONFIRMED' ? null : status.toLowerCase().replaceAll('_', ' '),
    changedAt && `changed ${formatMoment(changedAt, now)}`,
  ];
  return <AccessEntry name={name} facts={[facts.filter(Boolean).join(' · ')]} />;
}

function Scripts({ scripts }: Pick<UserPoolResource, 'scripts'>) {
  return (
    <>
      <h2 id="scripts">Clients of scripts</h2>
      {scripts.length === 0 ? (
        <p className={classes.text}>
          None. Setting <code>scriptRoles</code> in the environment file adds one for each role.
        </p>
      ) : (
        <AccessList aria-labelledby="scripts">
          {scripts.map(({ clientId, role, scope }) => (
            <AccessEntry key={clientId} name={clientId} facts={[`${role} · scope ${scope}`]} />
          ))}
        </AccessList>
      )}
    </>
  );
}
