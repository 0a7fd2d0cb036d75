import { Modal } from '@mantine/core';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { useShortcutsEnabled } from '../app/use-shortcuts-enabled.ts';
import { SHORTCUTS } from './shortcuts.ts';
import classes from './ShortcutSheet.module.css';

/** Lists the keyboard shortcuts, and whether they are on. */
export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const [enabled] = useShortcutsEnabled();
  useFocusReturn();
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts">
      <dl className={classes.sheet}>
        {SHORTCUTS.map(({ keys, words }) => (
          <div key={words}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>Close panel or cancel</dd>
        </div>
      </dl>
      <p className={classes.note}>
        {enabled
          ? 'Shortcuts never act while you type. You can turn them off in Settings.'
          : 'Shortcuts are off. Turn them on in Settings.'}
      </p>
    </Modal>
  );
}
