import { Button } from '@mantine/core';
import { useState } from 'react';
import { playAlert, useNotifyChoice, useSoundChoice } from './alerts.ts';

const BLOCKED = 'This browser blocks notifications of this site. Allow them in the browser’s site settings.';

/** Sound and notification of new incidents, as chosen in this browser. @param className of a list of choices */
export function AlertChoices({ className }: { className: string | undefined }) {
  const [isSoundOn, setSound] = useSoundChoice();
  const [isNotified, setNotified] = useNotifyChoice();
  const [message, setMessage] = useState('');
  const canNotify = 'Notification' in window;
  const chooseNotifications = async (isChosen: boolean): Promise<void> => {
    setMessage('');
    if (!isChosen) return setNotified(false);
    const answer = await Notification.requestPermission();
    setNotified(answer === 'granted');
    if (answer !== 'granted') setMessage(BLOCKED);
  };
  const test = async (): Promise<void> => {
    setMessage((await playAlert('high')) ? '' : 'The browser did not play the sound. Click in the page and try again.');
  };
  return (
    <div className={className}>
      <label>
        <input type="checkbox" checked={isSoundOn} onChange={(event) => setSound(event.currentTarget.checked)} />
        Play a sound for new incidents
      </label>
      <div>
        <Button size="compact-sm" variant="default" onClick={() => void test()}>
          Test sound
        </Button>
      </div>
      <label>
        <input
          type="checkbox"
          disabled={!canNotify}
          checked={isNotified && canNotify && Notification.permission === 'granted'}
          onChange={(event) => void chooseNotifications(event.currentTarget.checked)}
        />
        Show a notification while another window is in front
      </label>
      <p role="status">{message}</p>
      <p>
        Saved in this browser. This page has to be open. Browsers play a sound only after a click in the page since it
        was loaded.
      </p>
    </div>
  );
}
