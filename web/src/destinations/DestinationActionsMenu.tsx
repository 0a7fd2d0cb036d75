import { Menu } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconCopyPlus,
  IconKey,
  IconPhoto,
  IconPencil,
  IconRefresh,
  IconTrash,
} from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import { useLocation } from 'wouter';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useTransport } from '../api/destinations.ts';
import { useRoleRefusal } from '../api/session.ts';
import { type OpenDialog, openDialog } from '../app/destination-dialog-state.ts';
import { paths } from '../app/paths.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { moveBy } from './move-destination.ts';
import { useServerNow } from '../app/use-now.ts';
import { sentence } from '../ui/format.ts';
import { isOverdue } from './overdue.ts';
import { canEndSlate, slateRefusal } from './slate-text.ts';
import { MenuTrigger } from './MenuTrigger.tsx';
import classes from './DestinationActionsMenu.module.css';

/**
 * The rare actions of a destination. It renders open, because a click on its trigger (`DestinationMenu.tsx`) loads it.
 */
export function DestinationActionsMenu({ destination }: { destination: DestinationResource }) {
  const [, navigate] = useLocation();
  const trigger = useRef<HTMLButtonElement>(null);
  // The menu closes with the click, so a dialog returns the focus to the menu's button.
  const focusTrigger = (): void => trigger.current?.focus();
  const openWithFocus = (kind: OpenDialog['kind']): void => {
    focusTrigger();
    openDialog(kind, destination);
  };
  const refusal = (action: 'edit' | 'restart' | 'delete'): string | null =>
    destination.allowedActions.includes(action) ? null : (destination.refusedActions[action] ?? 'not possible now');
  const copyId = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(destination.destinationId);
      showDone('Id copied');
    } catch {
      // Also covers a missing clipboard, as without TLS on another machine.
      showDone(`This browser does not allow copying. The id is ${destination.destinationId}`);
    }
  };

  return (
    <Menu defaultOpened position="bottom-end" width={230} withinPortal>
      <Menu.Target>
        <MenuTrigger ref={trigger} name={destination.name} />
      </Menu.Target>
      <Menu.Dropdown>
        <Item
          icon={<IconPencil size={16} />}
          refusal={refusal('edit')}
          onClick={() => {
            focusTrigger();
            navigate(paths.editDestination(destination.destinationId));
          }}
        >
          Edit
        </Item>
        {destination.kind === 'channel' && (
          <Item icon={<IconKey size={16} />} refusal={refusal('edit')} onClick={() => openWithFocus('replaceKey')}>
            Replace stream key
          </Item>
        )}
        {destination.kind === 'channel' && <SlateItem destination={destination} />}
        <Item icon={<IconRefresh size={16} />} refusal={refusal('restart')} onClick={() => openWithFocus('restart')}>
          Restart
        </Item>
        <Item
          icon={<IconCopyPlus size={16} />}
          refusal={refusal('edit')}
          onClick={() => {
            focusTrigger();
            navigate(paths.duplicate(destination.destinationId));
          }}
        >
          Duplicate
        </Item>
        <Item icon={<IconArrowUp size={16} />} refusal={refusal('edit')} onClick={() => moveBy(destination, -1)}>
          Move up
        </Item>
        <Item icon={<IconArrowDown size={16} />} refusal={refusal('edit')} onClick={() => moveBy(destination, 1)}>
          Move down
        </Item>
        <Item icon={<IconCopy size={16} />} refusal={null} onClick={() => void copyId()}>
          Copy id
        </Item>
        <Menu.Divider />
        <Item
          icon={<IconTrash size={16} />}
          color="red"
          refusal={refusal('delete')}
          onClick={() => openWithFocus('delete')}
        >
          Delete
        </Item>
        <ForceItem destination={destination} onForce={openWithFocus} />
      </Menu.Dropdown>
    </Menu>
  );
}

/** Covers the picture of a destination on air, or ends that. */
function SlateItem({ destination }: { destination: DestinationResource }) {
  const { destinationId, name } = destination;
  const isShown = canEndSlate(destination);
  const change = useTransport(isShown ? 'end-slate' : 'show-slate');
  const title = isShown ? 'End slate' : 'Show slate';
  const refusal = useRoleRefusal('operator') ?? (isShown ? null : slateRefusal(destination));
  const press = (): void => {
    change.mutateAsync(destinationId).catch((error: unknown) => showProblem(error, `${title} of ${name}`));
  };
  return (
    <Item
      icon={<IconPhoto size={16} />}
      refusal={refusal}
      hint={isShown ? undefined : 'Covers the picture; the sound continues'}
      onClick={press}
    >
      {title}
    </Item>
  );
}

interface ForceItemProps {
  destination: DestinationResource;
  onForce: (dialog: 'forceStop' | 'forceDelete') => void;
}

/** Forces a stop or deletion; shown only for an operation past its deadline. */
function ForceItem({ destination, onForce }: ForceItemProps) {
  const now = useServerNow();
  const deleting = destination.desired === 'deleted';
  const refusal = useRoleRefusal(deleting ? 'admin' : 'operator');
  if (!isOverdue(destination, now)) return null;
  return (
    <Item
      icon={<IconAlertTriangle size={16} />}
      color="red"
      refusal={refusal ?? null}
      hint="The operation is past its deadline"
      onClick={() => onForce(deleting ? 'forceDelete' : 'forceStop')}
    >
      {deleting ? 'Force delete' : 'Force stop'}
    </Item>
  );
}

interface ItemProps {
  icon: ReactNode;
  /** Why the action is not possible now; null when it is. */
  refusal: string | null;
  /** Explains a possible action. */
  hint?: string;
  color?: string;
  onClick: () => void;
  children: ReactNode;
}

function Item({ icon, refusal, hint, color, onClick, children }: ItemProps) {
  const explanation = refusal ? sentence(refusal) : hint;
  return (
    <Menu.Item
      leftSection={icon}
      color={refusal ? undefined : color}
      aria-disabled={refusal ? true : undefined}
      className={refusal ? classes.refused : undefined}
      closeMenuOnClick={!refusal}
      onClick={refusal ? undefined : onClick}
    >
      {children}
      {explanation && <span className={classes.reason}>{explanation}</span>}
    </Menu.Item>
  );
}
