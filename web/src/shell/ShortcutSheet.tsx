import { Modal } from '@mantine/core';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { useShortcutsEnabled } from '../app/use-shortcuts-enabled.ts';
import { SHORTCUTS } from './shortcuts.ts';
import classes from './ShortcutSheet.module.css';

/** Every keyboard shortcut, and whether they are on. */
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
          <dd>Close what is open, or take back a question</dd>
        </div>
      </dl>
      <p className={classes.note}>
        {enabled
          ? 'They never act while something is typed. They can be switched off in Settings.'
          : 'They are switched off. Settings switches them on.'}
      </p>
    </Modal>
  );
}
