import { Button } from '@mantine/core';
import { IconKey, IconTrash } from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { TargetResource } from '../../../functions/api/schemas/notifications.ts';
import { useDeleteTarget, useRotateSecret, useTestTarget } from '../api/notifications.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { formatMoment } from '../ui/format.ts';
import { TargetDeliveries } from './TargetDeliveries.tsx';
import {
  describeFilter,
  describeState,
  describeTest,
  type FilterNames,
  isAccepted,
  KIND_NAMES,
} from './target-text.ts';
import classes from './Notifications.module.css';

interface TargetListProps {
  targets: readonly TargetResource[];
  names: FilterNames;
  onEdit: (target: TargetResource) => void;
  onSecret: (name: string, secret: string) => void;
}

/** Lists the notification targets with their actions. */
export function TargetList({ targets, ...rest }: TargetListProps) {
  return (
    <ul className={classes.list} aria-label="Notification targets">
      {targets.map((target) => (
        <Target key={target.targetId} target={target} {...rest} />
      ))}
    </ul>
  );
}

function Target({ target, names, onEdit, onSecret }: Omit<TargetListProps, 'targets'> & { target: TargetResource }) {
  const { targetId, name, kind } = target;
  const now = useServerNow();
  const last = target.lastDelivery;
  const test = useTestTarget(targetId);
  const rotate = useRotateSecret(targetId);
  const remove = useDeleteTarget(targetId);
  const operator = useRoleRefusal('operator');
  const admin = useRoleRefusal('admin');
  const [isOpened, setOpened] = useState(false);
  const deliveriesId = useId();
  const { tone, text } = describeState(target, now);
  const outcome = test.data?.attempts.at(-1);
  return (
    <li aria-label={name}>
      <div className={classes.target}>
        <div className={classes.what}>
          <h2>{name}</h2>
          <p className={classes.quiet}>
            {KIND_NAMES[kind]}
            {(target.email ?? target.urlHost) !== null && ` · ${target.email ?? target.urlHost}`}
          </p>
        </div>
        <div>
          <p data-tone={tone} className={classes.state}>
            {text}
          </p>
          <p className={classes.quiet}>
            {last ? `Last delivery ${formatMoment(last.at, now)}: ${last.title}` : 'No delivery yet'}
          </p>
        </div>
        <p className={classes.filter}>{describeFilter(target.filter, names)}</p>
        <div className={classes.actions}>
          <Gated
            refusal={operator}
            label={`Send test to ${name}`}
            loading={test.isPending}
            onClick={() => test.mutateAsync().catch((error: unknown) => showProblem(error, `Test of ${name}`))}
          >
            Send test
          </Gated>
          <Gated
            refusal={operator}
            label={`Deliveries of ${name}`}
            aria-expanded={isOpened}
            aria-controls={deliveriesId}
            onClick={() => setOpened(!isOpened)}
          >
            Deliveries
          </Gated>
          <Gated refusal={admin} label={`Edit ${name}`} onClick={() => onEdit(target)}>
            Edit
          </Gated>
          {kind === 'webhook' && (
            <ConfirmButton
              label="Rotate secret"
              confirmLabel="Rotate"
              busyLabel="Rotating"
              ariaLabel={`Rotate secret of ${name}`}
              explanation={admin ?? 'The former secret signs for 24 hours more'}
              busy={rotate.isPending}
              disabled={admin !== undefined}
              icon={<IconKey size={15} />}
              onConfirm={() =>
                rotate
                  .mutateAsync()
                  .then(({ signingSecret }) => signingSecret !== null && onSecret(name, signingSecret))
                  .catch((error: unknown) => showProblem(error, `Rotate secret of ${name}`))
              }
            />
          )}
          <ConfirmButton
            label="Delete"
            confirmLabel="Delete"
            busyLabel="Deleting"
            ariaLabel={`Delete ${name}`}
            explanation={
              admin ??
              `Messages on their way are discarded${target.subscription === 'waiting' ? '. AWS forgets the address within 48 hours' : ''}`
            }
            busy={remove.isPending}
            disabled={admin !== undefined}
            icon={<IconTrash size={15} />}
            onConfirm={() =>
              remove
                .mutateAsync()
                .then(() => showDone(`${name} deleted`))
                .catch((error: unknown) => showProblem(error, `Delete ${name}`))
            }
          />
        </div>
      </div>
      <p role="status" className={classes.result} data-tone={outcome && isAccepted(outcome) ? 'air' : 'attention'}>
        {test.data && describeTest(test.data)}
      </p>
      <div id={deliveriesId}>{isOpened && <TargetDeliveries target={target} />}</div>
    </li>
  );
}

interface GatedProps extends Pick<React.AriaAttributes, 'aria-controls' | 'aria-expanded'> {
  /** Why the role is too weak; undefined when it is sufficient. */
  refusal: string | undefined;
  label: string;
  loading?: boolean;
  children: string;
  onClick: () => void;
}

function Gated({ refusal, label, loading = false, children, onClick, ...aria }: GatedProps) {
  return (
    <Button
      size="sm"
      variant="default"
      {...aria}
      aria-label={label}
      aria-disabled={refusal !== undefined || undefined}
      aria-description={refusal}
      data-disabled={refusal !== undefined || undefined}
      data-hint={refusal}
      loading={loading}
      onClick={() => refusal === undefined && onClick()}
    >
      {children}
    </Button>
  );
}
