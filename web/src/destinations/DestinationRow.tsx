import { IconChevronRight } from '@tabler/icons-react';
import { lazy, memo, useRef, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import { useNearScreen } from '../ui/use-near-screen.ts';
import { useServerNow } from '../app/use-now.ts';
import { PlatformMark } from '../platforms/PlatformMark.tsx';
import { presentDestination, presentStale, type Presentation } from './destination-presentation.ts';
import { formatAge, formatClock, formatTimeOfDay } from '../ui/format.ts';
import { isOverdue } from './overdue.ts';
import { encodingName, platformName } from './preset-names.ts';
import { BitrateCell } from './BitrateCell.tsx';
import { DestinationMenu } from './DestinationMenu.tsx';
import { FlowIndicator } from './FlowIndicator.tsx';
import { MoneyCell } from '../costs/MoneyCell.tsx';
import { dropTarget, MoveHandle } from './MoveHandle.tsx';
import { RemedyButton } from './RemedyButton.tsx';
import { RowLink } from './RowLink.tsx';
import { StatusWord } from './StatusWord.tsx';
import { StepProgress } from './StepProgress.tsx';
import { TransportButtons } from './TransportButtons.tsx';
import { LazyPart } from '../ui/LazyPart.tsx';
import classes from './DestinationRow.module.css';

/** Not part of the first load, because few shows need it. */
const SlateLine = lazy(async () => ({ default: (await import('./SlateLine.tsx')).SlateLine }));

/** A longer reason gets its own line across the row. */
const INLINE_LENGTH_MAX = 70;

interface DestinationRowProps {
  destination: DestinationResource;
  presets: PresetsResource | undefined;
  stale: boolean;
  /** The row is below a group heading. */
  grouped: boolean;
  /** The list is in the manual order. */
  isMovable: boolean;
  /** Among the first of its list. */
  first: boolean;
}

/**
 * One destination. Rerendered only when its data has changed, because a poll changes few of many rows. Off screen it
 * renders only name and state, which change rarely.
 */
export const DestinationRow = memo(function DestinationRow({ first, ...props }: DestinationRowProps) {
  const { destination, stale } = props;
  const item = useRef<HTMLLIElement>(null);
  const isNear = useNearScreen(item, first);
  const shown = stale ? presentStale(presentDestination(destination)) : presentDestination(destination);
  return (
    <li
      ref={item}
      className={classes.item}
      data-tone={shown.tone}
      data-primary={destination.primary || undefined}
      {...(props.isMovable ? dropTarget(destination) : {})}
    >
      <FlowIndicator tone={shown.tone} />
      <Row {...props} isNear={isNear} word={shown.word} />
    </li>
  );
});

interface RowProps extends Omit<DestinationRowProps, 'first'> {
  isNear: boolean;
  word: string;
}

/** Renders name and state, and the whole row near the screen. */
function Row({ isNear, word, ...props }: RowProps) {
  const { destination, stale, presets, grouped, isMovable } = props;
  const canMove = isMovable && !destination.primary && destination.allowedActions.includes('edit');
  const { destinationId, name, primary, platform } = destination;
  return (
    <article className={classes.row} aria-label={name} data-row data-movable={canMove || undefined}>
      {isNear && canMove && <MoveHandle destination={destination} />}
      {isNear && (
        <div className={classes.mark}>
          <PlatformMark platform={primary ? 'hls' : platform} />
        </div>
      )}
      <Identity
        destinationId={destinationId}
        name={name}
        description={isNear ? describe(destination, presets) : null}
        grouped={grouped}
      />
      {isNear ? <Rest destination={destination} stale={stale} /> : <div className={classes.status}>{word}</div>}
    </article>
  );
}

interface IdentityProps {
  destinationId: string;
  name: string;
  /** Null: far from the screen. */
  description: string | null;
  grouped: boolean;
}

/**
 * Identity of the destination. The link element stays the same on and off screen, so that it keeps the focus and a
 * panel can return it.
 */
const Identity = memo(function Identity({ destinationId, name, description, grouped }: IdentityProps) {
  const Heading = grouped ? 'h4' : 'h3';
  return (
    <div className={classes.identity}>
      <Heading>
        <RowLink destinationId={destinationId} className={classes.name} title={name}>
          <span>{name}</span>
          {description !== null && <IconChevronRight size={15} aria-hidden="true" />}
        </RowLink>
      </Heading>
      {description !== null && <p>{description}</p>}
    </div>
  );
});

/** Status, bitrate, cost and actions. */
function Rest({ destination, stale }: Pick<RowProps, 'destination' | 'stale'>) {
  const fresh = presentDestination(destination);
  const shown = stale ? presentStale(fresh) : fresh;
  const told = fresh.reason.length + fresh.remedy.length;
  const isSlate = destination.health.level === 'slate' && fresh.tone !== 'attention';
  const isTrouble = !isSlate && (told > INLINE_LENGTH_MAX || (fresh.tone === 'attention' && told > 0));
  const apart = isSlate || isTrouble;
  const before = useTroubleBefore(destination, isTrouble);
  return (
    <>
      <div className={classes.status}>
        <StatusWord {...shown} />
        <StatusDetail destination={destination} presentation={fresh} apart={apart} />
      </div>
      <div className={classes.bitrate}>
        {destination.status === 'running' && <BitrateCell destination={destination} tone={shown.tone} />}
        {destination.status !== 'running' && <StepProgress operation={destination.operation} />}
      </div>
      <Uptime destination={destination} presentation={fresh} />
      <MoneyCell cost={destination.cost} running={destination.status === 'running'} />
      <div className={classes.actions}>
        {destination.primary ? (
          <span className={classes.always}>Automatic</span>
        ) : (
          <>
            <TransportButtons destination={destination} />
            <DestinationMenu destination={destination} />
          </>
        )}
      </div>
      <LazyPart>
        {destination.slate && (
          <SlateLine destination={destination} slate={destination.slate} className={classes.trouble} />
        )}
      </LazyPart>
      {isTrouble && <Trouble destination={destination} presentation={shown} />}
      {before && (
        <div className={classes.reserved} aria-hidden="true" inert>
          <Trouble destination={before} presentation={presentDestination(before)} />
        </div>
      )}
    </>
  );
}

/**
 * Returns the destination as it was when it last showed its own trouble, while it waits for the source.
 * The row keeps the room of that line, so no row moves when the source goes.
 */
function useTroubleBefore(destination: DestinationResource, apart: boolean): DestinationResource | null {
  const [before, setBefore] = useState<DestinationResource | null>(null);
  const isWaiting = destination.status === 'running' && destination.health.level === 'waiting_for_source';
  const next = apart ? destination : isWaiting ? before : null;
  if (next !== before) setBefore(next);
  return apart ? null : next;
}

function describe(destination: DestinationResource, presets: PresetsResource | undefined): string {
  const { primary, platform, preset } = destination;
  const words = [primary ? 'The stream shown in the player' : platformName(presets, platform)];
  words.push(encodingName(presets, preset));
  if (destination.kind === 'srt') words.push(destination.passphraseSet ? 'encrypted' : 'not encrypted');
  if (destination.streamKeyLast4) words.push(keepTogether(`key …\u2060${destination.streamKeyLast4}`));
  // The codes are words, such as `stream_key_expired`.
  const ofKey = destination.warnings.filter(({ code }) => code.startsWith('stream_key'));
  words.push(...ofKey.map(({ code }) => code.replaceAll('_', ' ')));
  if (destination.pendingChanges) words.push('changes at next start');
  return words.join(' · ');
}

/** Prevents a line break within the text. */
function keepTogether(text: string): string {
  return text.replaceAll(' ', '\u00a0').replaceAll('-', '\u2011');
}

interface StatusDetailProps {
  destination: DestinationResource;
  presentation: Presentation;
  /** The reason is shown elsewhere in the row. */
  apart: boolean;
}

/** The line below the status: the running step, else the age of the observation. */
function StatusDetail({ destination, presentation, apart }: StatusDetailProps) {
  const now = useServerNow();
  const { operation, health } = destination;
  if (operation?.state === 'running') {
    const label = operation.steps.at(-1)?.label ?? 'beginning';
    return (
      <p>
        step {operation.stepNumber} of {operation.stepCount} · {label} ·{' '}
        {formatAge(now - Date.parse(operation.startedAt))}
        {isOverdue(destination, now) && ' · overdue, use the menu to force it'}
      </p>
    );
  }
  if (destination.status === 'running') {
    if (!health.observedAt) return null;
    const seen = `updated ${formatAge(now - Date.parse(health.observedAt))} ago`;
    if (apart) return <p>{seen}</p>;
    const calm = presentation.tone === 'motion' && !presentation.remedy ? 'No action needed' : presentation.remedy;
    const again = nextAttempt(presentation, now);
    return <p>{[presentation.reason, calm, again, seen].filter(Boolean).join(' · ')}</p>;
  }
  if (destination.lastError) return <p>at {formatTimeOfDay(destination.lastError.at)}</p>;
  return null;
}

/** Shows the uptime, or the downtime while the destination is down. */
function Uptime({ destination, presentation }: { destination: DestinationResource; presentation: Presentation }) {
  const now = useServerNow();
  const { runningSince, health } = destination;
  const downSince = runningSince && presentation.tone === 'attention' ? health.since : null;
  const since = downSince ?? runningSince;
  return (
    <div className={classes.uptime}>
      {since && (
        <>
          <b>{formatClock(now - Date.parse(since))}</b>
          <span>{downSince ? 'down' : 'running'}</span>
        </>
      )}
    </div>
  );
}

function nextAttempt({ nextAttemptAt }: Presentation, nowMs: number): string | null {
  if (nextAttemptAt === null) return null;
  const waitMs = Date.parse(nextAttemptAt) - nowMs;
  return waitMs > 0 ? `tries again in ${formatAge(waitMs)}` : 'trying again';
}

/** Shows reason and remedy on their own line. */
function Trouble({ destination, presentation }: { destination: DestinationResource; presentation: Presentation }) {
  const now = useServerNow();
  const again = nextAttempt(presentation, now);
  return (
    <div className={classes.trouble}>
      <p>
        {presentation.reason && <span>{presentation.reason}. </span>}
        {presentation.remedy && <strong>{presentation.remedy}. </strong>}
        {again && <small>{again}</small>}
      </p>
      <RemedyButton destination={destination} />
    </div>
  );
}
