import { Button, Loader } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { TargetResource } from '../../../functions/api/schemas/notifications.ts';
import { useEventTypes, useRuleTitles, useTargets } from '../api/notifications.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { paths } from '../app/paths.ts';
import { useShow } from '../app/use-show.ts';
import { groupsOf } from '../destinations/destination-groups.ts';
import classes from '../notifications/Notifications.module.css';
import { OutboxList } from '../notifications/OutboxList.tsx';
import { TargetDrawer } from '../notifications/TargetDrawer.tsx';
import { TargetList } from '../notifications/TargetList.tsx';
import { SecretDialog } from '../ui/SecretDialog.tsx';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';

/** Where messages about incidents and other events go, and what became of them. */
export function NotificationsPage() {
  usePageTitle('Notifications');
  const operator = useRoleRefusal('operator');
  const admin = useRoleRefusal('admin');
  const { data, error } = useTargets();
  const { destinations = [] } = useShow();
  const rules = useRuleTitles().data ?? [];
  const events = useEventTypes().data ?? [];
  const [edited, setEdited] = useState<TargetResource | 'new' | null>(null);
  const [shownSecret, setShownSecret] = useState<{ name: string; secret: string } | null>(null);
  const problem = problemOf(error);
  const names = {
    events: events
      .filter(({ type }) => type !== 'notification.test')
      .map(({ type, meaning }) => ({ value: type, label: `${type}: ${meaning}` })),
    destinations: destinations.map(({ destinationId, name }) => ({ value: destinationId, label: name })),
    rules,
  };
  const showSecret = (name: string, secret: string): void => setShownSecret({ name, secret });
  return (
    <section className={page.page}>
      <div className={page.heading}>
        <div>
          <h1>Notifications</h1>
          <p className={page.lead}>
            Targets receive a message when something happens. <Link href={paths.settings}>Settings</Link>
          </p>
        </div>
        <Button
          className={classes.add}
          leftSection={<IconPlus size={16} />}
          aria-disabled={admin !== undefined || undefined}
          aria-description={admin}
          data-disabled={admin !== undefined || undefined}
          data-hint={admin}
          onClick={() => admin === undefined && setEdited('new')}
        >
          Add target
        </Button>
      </div>
      {!data && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {data?.data.length === 0 && (
        <p className={page.empty}>No targets yet: add an e-mail address, a webhook or a chat, then send a test.</p>
      )}
      {!!data?.data.length && <TargetList targets={data.data} names={names} onEdit={setEdited} onSecret={showSecret} />}
      {data?.mail === 'outbox' && operator === undefined && <OutboxList />}
      <h2>Events</h2>
      <p className={page.lead}>
        Webhooks receive these types. <a href="/api/docs">The API documentation</a> describes their fields.
      </p>
      <dl className={classes.events}>
        {events.map(({ type, meaning }) => (
          <div key={type}>
            <dt>
              <code>{type}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      {edited !== null && data && (
        <TargetDrawer
          target={edited === 'new' ? null : edited}
          mail={data.mail}
          names={names}
          groups={groupsOf(destinations)}
          onSecret={showSecret}
          onClose={() => setEdited(null)}
        />
      )}
      {shownSecret && (
        <SecretDialog
          title={`Signing secret of ${shownSecret.name}`}
          kind="secret"
          secret={shownSecret.secret}
          note="The receiver verifies each message with it. After a rotation the former secret signs for 24 hours more."
          onClose={() => setShownSecret(null)}
        />
      )}
    </section>
  );
}
