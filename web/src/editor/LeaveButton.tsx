import { Button } from '@mantine/core';

interface LeaveButtonProps {
  /** Its request is under way. */
  isSent: boolean;
  onClose: () => void;
  'data-autofocus'?: true;
}

/** Closes a dialog. What was sent happens, whether somebody looks on or not, so it is called Cancel before that only. */
export function LeaveButton({ isSent, onClose, ...given }: LeaveButtonProps) {
  return (
    <Button variant="default" {...given} onClick={onClose}>
      {isSent ? 'Continue in the background' : 'Cancel'}
    </Button>
  );
}
