import type { NewAccessToken } from '../../../functions/api/schemas/access-tokens.ts';
import editor from '../editor/editor.module.css';
import { Copyable } from '../ui/Copyable.tsx';
import { SecretDialog } from '../ui/SecretDialog.tsx';
import classes from './People.module.css';
import { isOpenAtThisMachine } from './this-machine.ts';
import { buttonRequests, useNameable } from './token-scope.ts';

/** Shows the secret of a new access token, which cannot be read again, and how a button uses it. */
export function AccessTokenDialog({ created, onClose }: { created: NewAccessToken; onClose: () => void }) {
  return (
    <SecretDialog
      title={`Access token ${created.name}`}
      kind="token"
      secret={created.token}
      note="It gives access to all who have it."
      onClose={onClose}
    >
      {created.role === 'trigger' && <ButtonGuide created={created} />}
    </SecretDialog>
  );
}

function ButtonGuide({ created }: { created: NewAccessToken }) {
  const nameable = useNameable();
  return (
    <section className={classes.guide} aria-labelledby="button-guide">
      <h3 id="button-guide">For Stream Deck or Companion</h3>
      <ol className={editor.hints}>
        <li>Use a plugin that sends HTTP requests with headers, such as the generic HTTP module of Companion.</li>
        <li>Give each button one of these URLs, the method POST and no body.</li>
        <li>Add the header. Keep the token out of the URL, where it is refused.</li>
      </ol>
      <dl className={classes.requests}>
        <dt>Header</dt>
        <dd>
          <Copyable value={`Authorization: Bearer ${created.token}`} label="Copy the header" />
        </dd>
        {buttonRequests(created, nameable).map(({ label, url }) => (
          <div key={url}>
            <dt>
              {label} <span className={classes.method}>POST</span>
            </dt>
            <dd>
              <Copyable value={url} label={`Copy the URL: ${label}`} />
            </dd>
          </div>
        ))}
      </dl>
      {isOpenAtThisMachine() && (
        <p className={editor.text}>
          These URLs work on this machine only. For other devices, use the address at which they reach Sluice.
        </p>
      )}
    </section>
  );
}
