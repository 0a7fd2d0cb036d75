import { IconGripVertical } from '@tabler/icons-react';
import { type DragEvent, type KeyboardEvent, useRef } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { moveBeside, moveBy } from './move-destination.ts';
import classes from './MoveHandle.module.css';

/** The dragged destination, because browsers hide the drag data until the drop. */
let dragged: DestinationResource | null = null;

/** Handle that moves a destination in the manual order by dragging or by the arrow keys. */
export function MoveHandle({ destination }: { destination: DestinationResource }) {
  const handle = useRef<HTMLButtonElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    moveBy(destination, event.key === 'ArrowUp' ? -1 : 1);
    // The row moves in the page, and browsers drop the focus of a moved element.
    requestAnimationFrame(() => handle.current?.focus());
  };
  const onDragStart = (event: DragEvent): void => {
    dragged = destination;
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', destination.name);
    const row = handle.current?.closest('[data-row]');
    if (row) event.dataTransfer.setDragImage(row, 12, 24);
  };
  return (
    <button
      ref={handle}
      type="button"
      draggable
      className={classes.handle}
      aria-label={`Move ${destination.name}`}
      aria-description="Drag, or press the arrow keys"
      data-hint="Drag to move, or press ↑ and ↓"
      onKeyDown={onKeyDown}
      onDragStart={onDragStart}
      onDragEnd={() => (dragged = null)}
    >
      <IconGripVertical size={15} aria-hidden="true" />
    </button>
  );
}

/** Props that make a row a drop target for rows of its group. */
export function dropTarget(destination: DestinationResource) {
  const mark = (element: HTMLElement, side: string | null): void => {
    if (side === null) element.removeAttribute('data-drop');
    else element.setAttribute('data-drop', side);
  };
  return {
    onDragOver: (event: DragEvent<HTMLElement>): void => {
      if (!dragged || dragged.group !== destination.group || destination.primary) return;
      event.preventDefault();
      mark(event.currentTarget, sideOf(event));
    },
    onDragLeave: (event: DragEvent<HTMLElement>): void => mark(event.currentTarget, null),
    onDrop: (event: DragEvent<HTMLElement>): void => {
      mark(event.currentTarget, null);
      if (!dragged || destination.primary) return;
      event.preventDefault();
      moveBeside(dragged, destination, sideOf(event));
      dragged = null;
    },
  };
}

function sideOf(event: DragEvent<HTMLElement>): 'before' | 'after' {
  const { top, height } = event.currentTarget.getBoundingClientRect();
  return event.clientY < top + height / 2 ? 'before' : 'after';
}
