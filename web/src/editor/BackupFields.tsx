import { PasswordInput, TextInput } from '@mantine/core';
import { useId } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import { useMoneyShown } from '../app/use-money.ts';
import { useEstimate } from '../api/costs.ts';
import { pricePerHour } from '../costs/money.ts';
import { takesBackup } from './destination-fields.ts';
import classes from './editor.module.css';
import type { DestinationFormState } from './use-destination-form.ts';

interface BackupFieldsProps {
  edited: DestinationFormState;
  /** The edited destination; null while adding. */
  destination: DestinationResource | null;
  platform: PresetsResource['platforms'][number] | undefined;
}

/** Turns the backup ingest on, with its price, address and own stream key. */
export function BackupFields({ edited: { form, fields: errors }, destination, platform }: BackupFieldsProps) {
  const { backupIngest, platform: platformId, preset, standby } = form.values;
  const isPossible = takesBackup(platform);
  const isOn = backupIngest === 'on' && isPossible;
  const hint = useId();
  const price = useBackupPrice(isPossible && preset ? { platform: platformId, preset, standby } : null);
  const choose = (isChosen: boolean): void =>
    form.setValues({
      backupIngest: isChosen ? 'on' : '',
      backupRtmpUrl: form.values.backupRtmpUrl || (platform?.backupRtmpUrl ?? ''),
    });
  return (
    <>
      <div>
        <label className={classes.check}>
          <input
            type="checkbox"
            disabled={!isPossible}
            checked={isOn}
            aria-describedby={hint}
            aria-invalid={errors['backupIngest'] ? true : undefined}
            onChange={(event) => choose(event.currentTarget.checked)}
          />
          <span>Backup ingest</span>
        </label>
        <p id={hint} className={classes.text}>
          {isPossible
            ? ['Also pushes to the platform’s backup address, so one lost line does not end the show.', price].join(' ')
            : platform?.backupRefusal}
        </p>
        {errors['backupIngest'] && (
          <p className={classes.error} role="alert">
            {errors['backupIngest']}
          </p>
        )}
      </div>
      {isOn && (
        <>
          <TextInput
            label="Backup URL"
            description={platform?.backupRtmpUrlHint}
            spellCheck={false}
            autoComplete="off"
            {...form.getInputProps('backupRtmpUrl')}
            error={errors['backupRtmpUrl']}
          />
          <BackupKeyFields edited={{ form, fields: errors }} isStored={destination?.backupStreamKeySet ?? false} />
        </>
      )}
    </>
  );
}

interface BackupKeyFieldsProps {
  edited: Pick<DestinationFormState, 'form' | 'fields'>;
  /** Whether the edited destination has an own key for its backup ingest. */
  isStored: boolean;
}

/** Takes an own stream key, or discards the stored one. */
function BackupKeyFields({ edited: { form, fields: errors }, isStored }: BackupKeyFieldsProps) {
  const isDiscarded = isStored && form.values.backupKeySame === 'on';
  return (
    <>
      <PasswordInput
        label="Backup stream key"
        description={
          isStored
            ? 'Stored and not shown. Leave it empty to keep it.'
            : 'Optional. Leave it empty to use the stream key of the main ingest.'
        }
        autoComplete="off"
        disabled={isDiscarded}
        {...form.getInputProps('backupStreamKey')}
        error={errors['backupStreamKey']}
        aria-invalid={errors['backupStreamKey'] ? true : undefined}
      />
      {isStored && (
        <label className={classes.check}>
          <input
            type="checkbox"
            checked={isDiscarded}
            onChange={(event) =>
              form.setValues({ backupKeySame: event.currentTarget.checked ? 'on' : '', backupStreamKey: '' })
            }
          />
          <span>Use the stream key of the main ingest</span>
        </label>
      )}
    </>
  );
}

type Planned = Pick<DestinationResource, 'platform' | 'preset' | 'standby'>;

/** Returns in words what the backup ingest adds to the price. */
function useBackupPrice(planned: Planned | null): string {
  const isShown = useMoneyShown();
  const wanted = (backupIngest: boolean) =>
    planned && isShown ? { planned: { ...planned, backupIngest }, hours: 1 } : null;
  const single = useEstimate(wanted(false)).data?.items[0];
  const double = useEstimate(wanted(true)).data?.items[0];
  if (!isShown || !single || !double) return '';
  if (single.perHour === null || double.perHour === null) return 'It encodes and sends twice: price unknown.';
  const more = pricePerHour(double.perHour - single.perHour, double);
  return `It encodes and sends twice: ${more} more on air.`;
}
