import { Button } from '@mantine/core';

interface LeaveButtonProps {
  /** The request was sent. */
  isSent: boolean;
  onClose: () => void;
  'data-autofocus'?: true;
}

/** Closes a dialog. Its label is Cancel only before the request is sent, because a sent request cannot be cancelled. */
export function LeaveButton({ isSent, onClose, ...given }: LeaveButtonProps) {
  return (
    <Button variant="default" {...given} onClick={onClose}>
      {isSent ? 'Continue in the background' : 'Cancel'}
    </Button>
  );
}
