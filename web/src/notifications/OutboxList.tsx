import { Loader } from '@mantine/core';
import { useOutbox } from '../api/notifications.ts';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatMoment } from '../ui/format.ts';
import page from '../ui/page.module.css';
import classes from './Notifications.module.css';

/** E-mails that were not sent, because no mail server is set. */
export function OutboxList() {
  const { data, error } = useOutbox();
  const now = useServerNow();
  const problem = problemOf(error);
  return (
    <section aria-label="Outbox">
      <h2>Outbox</h2>
      <p className={page.lead}>
        No mail server is set, so e-mails are kept here for 7 days. Set <code>SMTP_URL</code> to send them.
      </p>
      {!data && (problem ? <ProblemPanel problem={problem} /> : <Loader size="sm" />)}
      {data?.length === 0 && <p className={classes.quiet}>No e-mails.</p>}
      {!!data?.length && (
        <ul className={classes.mails} aria-label="E-mails in the outbox">
          {data.map((mail) => (
            <li key={mail.deliveryId}>
              <details>
                <summary>
                  <span>{mail.subject}</span>
                  <span className={classes.count}>
                    {mail.to} · {formatMoment(mail.at, now)}
                  </span>
                </summary>
                <pre>{mail.text}</pre>
              </details>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
