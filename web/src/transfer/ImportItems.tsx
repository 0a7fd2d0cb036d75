import { PasswordInput } from '@mantine/core';
import type { ImportItem, ImportRequest } from '../../../functions/api/schemas/transfer.ts';
import { sentence } from '../ui/format.ts';
import { describeItem, isImportable, secretLabel } from './import-text.ts';
import classes from './Transfer.module.css';

export type Secrets = NonNullable<ImportRequest['secrets']>;

interface ImportItemsProps {
  items: readonly ImportItem[];
  /** The selected items; null after the import. */
  selected: ReadonlySet<string> | null;
  secrets: Secrets;
  onSelect: (item: string, isSelected: boolean) => void;
  onSecret: (item: string, secret: ImportItem['needs'][number], value: string) => void;
}

/** The items of a preview with their selection, or of a finished import with their outcomes. */
export function ImportItems({ items, selected, secrets, onSelect, onSecret }: ImportItemsProps) {
  return (
    <ul className={classes.items} aria-label="Items">
      {items.map((item) => (
        <li key={item.item}>
          {selected && isImportable(item) ? (
            <input
              type="checkbox"
              aria-label={item.name}
              checked={selected.has(item.item)}
              onChange={(event) => onSelect(item.item, event.currentTarget.checked)}
            />
          ) : (
            <span />
          )}
          <span className={classes.name}>{item.name}</span>
          <p className={classes.detail}>{describeItem(item)}</p>
          {item.problem && (
            <p className={classes.detail}>
              {sentence(item.problem.detail)}. {sentence(item.problem.remedy)}.
            </p>
          )}
          {selected && item.needs.length > 0 && (
            <div className={classes.secrets}>
              {item.needs.map((secret) => (
                <PasswordInput
                  key={secret}
                  label={`${secretLabel(secret)} of ${item.name}`}
                  autoComplete="off"
                  value={secrets[item.item]?.[secret] ?? ''}
                  onChange={(event) => onSecret(item.item, secret, event.currentTarget.value)}
                />
              ))}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
