import { Button, Modal, PasswordInput } from '@mantine/core';
import { type ClipboardEvent, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { Apply } from '../../../functions/api/schemas/destination-requests.ts';
import { useReplaceStreamKey } from '../api/destinations.ts';
import { problemOf } from '../api/request.ts';
import { showDone } from '../app/problem-toast.tsx';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { isOffAirAnyway } from '../destinations/off-air.ts';
import { splitRtmpUrl } from './split-rtmp-url.ts';
import { fieldErrors } from './field-errors.ts';
import { type KeyTerms, KeyTermsFields } from './KeyTermsFields.tsx';
import { LeaveButton } from './LeaveButton.tsx';
import { RestartQuestion } from './RestartQuestion.tsx';
import { useToastAfterClose } from './use-toast-after-close.ts';
import classes from './editor.module.css';

/**
 * Takes a new stream key with its terms. The old one is never shown; the new one is discarded after it is sent. An
 * expiry belongs to one key, so the field begins empty. How the platform issues its keys is kept.
 */
export function ReplaceKeyDialog({ destination, onClose }: { destination: DestinationResource; onClose: () => void }) {
  const [streamKey, setStreamKey] = useState('');
  const [chosen, setChosen] = useState<Partial<KeyTerms>>({});
  // A poll may change how keys are issued while the dialog is open. What was not chosen here must not overwrite it.
  const terms: KeyTerms = { keyUse: destination.keyUse, keyValidUntil: '', ...chosen };
  const [pastedUrl, setPastedUrl] = useState<string | null>(null);
  const replace = useReplaceStreamKey(destination.destinationId);
  const problem = problemOf(replace.error);
  const tellAfterwards = useToastAfterClose(`Replace the stream key of ${destination.name}`);
  useFocusReturn();
  const { fields, rest, restartRequired } = fieldErrors(problem, ['streamKey', 'keyUse', 'keyValidUntil']);
  const onPaste = (event: ClipboardEvent): void => {
    const split = splitRtmpUrl(event.clipboardData.getData('text'), destination.rtmpUrl);
    if (!split) return;
    event.preventDefault();
    setStreamKey(split.streamKey);
    setPastedUrl(split.rtmpUrl);
  };
  const send = (apply: Apply | null): void => {
    const onSuccess = (): void => {
      setStreamKey('');
      showDone(`Stream key of ${destination.name} replaced`);
      onClose();
    };
    // Nothing arrives, so applying now interrupts no viewer and needs no question.
    const when = apply ?? (isOffAirAnyway(destination) ? 'now' : null);
    const body = {
      streamKey: streamKey.trim(),
      keyUse: terms.keyUse as DestinationResource['keyUse'],
      keyValidUntil: terms.keyValidUntil || null,
    };
    replace.mutateAsync({ body, apply: when }, { onSuccess }).catch(tellAfterwards);
  };
  return (
    <Modal opened onClose={onClose} title={`Replace the stream key of ${destination.name}`}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          send(null);
        }}
      >
        {destination.streamKeyLast4 && (
          <p className={classes.text}>
            The stored key ends in {destination.streamKeyLast4}. It can be replaced but not shown.
          </p>
        )}
        <PasswordInput
          label="New stream key"
          value={streamKey}
          autoComplete="off"
          data-autofocus
          error={fields['streamKey']}
          aria-invalid={fields['streamKey'] ? true : undefined}
          onPaste={onPaste}
          onChange={(event) => setStreamKey(event.currentTarget.value)}
        />
        {pastedUrl !== null && (
          <p className={classes.note} role="status">
            {pastedUrl === destination.rtmpUrl.replace(/\/+$/, '')
              ? 'Only the key from the pasted address is used.'
              : `Only the key from the pasted address is used. The address names another server, ${pastedUrl}. Change the server with Edit.`}
          </p>
        )}
        <KeyTermsFields
          terms={terms}
          errors={fields}
          hint={oldExpiryWords(destination)}
          onChange={(part) => setChosen({ ...chosen, ...part })}
        />
        {rest && <ProblemPanel problem={rest} />}
        {restartRequired ? (
          <RestartQuestion destination={destination} pending={replace.isPending} onAnswer={send} />
        ) : (
          <div className={classes.buttons}>
            <LeaveButton isSent={replace.isPending} onClose={onClose} />
            <Button type="submit" disabled={streamKey.trim() === ''} loading={replace.isPending}>
              Replace key
            </Button>
          </div>
        )}
      </form>
    </Modal>
  );
}

function oldExpiryWords({ keyValidUntil }: DestinationResource): string | undefined {
  if (keyValidUntil === null) return undefined;
  const until = new Date(keyValidUntil).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  return `That of the old key, ${until}, is removed.`;
}
