import { useEffect, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { type Pressed, pressKey, type ShortcutAction } from './shortcuts.ts';
import { useShortcutsEnabled } from '../app/use-shortcuts-enabled.ts';
import { paths } from '../app/paths.ts';

/** Handles shortcuts on the whole page. */
export function useShortcuts() {
  const [enabled] = useShortcutsEnabled();
  const [helpOpened, setHelpOpened] = useState(false);

  useEffect(() => {
    if (!enabled) return;
    let pressed: Pressed = { keys: [], atMs: 0 };
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || belongsElsewhere(event)) return;
      const result = pressKey(pressed, event.key, event.timeStamp);
      pressed = result.pressed;
      if (!result.action) return;
      event.preventDefault();
      if (result.action.kind === 'help') setHelpOpened(true);
      else act(result.action);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [enabled]);

  return { helpOpened, openHelp: () => setHelpOpened(true), closeHelp: () => setHelpOpened(false) };
}

const TYPED_INTO = 'input, textarea, select, [contenteditable="true"]';
const ASKS = '[role="dialog"], [role="alertdialog"], [role="menu"]';

/** Returns true for keys typed into a field or while a dialog or menu is open. */
function belongsElsewhere({ target }: KeyboardEvent): boolean {
  if (target instanceof Element && target.matches(`${TYPED_INTO}:not([type="checkbox"], [type="radio"])`)) return true;
  return [...document.querySelectorAll(ASKS)].some((element) => element.checkVisibility());
}

function act(action: Exclude<ShortcutAction, { kind: 'help' }>): void {
  switch (action.kind) {
    case 'go':
      return navigate(action.path);
    case 'move':
      return moveFocus(action.by);
    case 'transport':
      return pressTransport();
    case 'search':
      return search();
  }
}

/** Moves the focus between rows (`data-row`), to the link to their details. */
function moveFocus(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(at + by, rows.length - 1));
  const row = rows[next];
  row?.scrollIntoView({ block: 'nearest' });
  row?.querySelector<HTMLElement>('[data-row-name]')?.focus();
}

/** Presses Start if it is enabled, else Stop, which asks for a confirmation. */
function pressTransport(): void {
  const row = document.activeElement?.closest('[data-row]');
  const button = row?.querySelector<HTMLElement>('[data-transport]:not([aria-disabled="true"])');
  button?.focus();
  button?.click();
}

function search(): void {
  const field = document.querySelector<HTMLElement>('[data-search]');
  if (field) return field.focus();
  // The page focuses its search field when it has loaded.
  navigate(paths.destinations, { state: { search: true } });
}
