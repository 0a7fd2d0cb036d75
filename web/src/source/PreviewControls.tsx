import { RecordControl } from '../recordings/RecordControl.tsx';
import { PrimaryControl } from './PrimaryControl.tsx';

/** When the HLS preview runs, and what is recorded of it. */
export function PreviewControls() {
  return (
    <>
      <PrimaryControl />
      <RecordControl />
    </>
  );
}
