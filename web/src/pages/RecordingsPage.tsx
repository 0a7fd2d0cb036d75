import { Loader } from '@mantine/core';
import { RECORDINGS_SHOWN, useRecordings, useRecordingSettings } from '../api/recordings.ts';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { RecordButton } from '../recordings/RecordButton.tsx';
import { RecordingList } from '../recordings/RecordingList.tsx';
import { RecordingSettings, RecordingSpace } from '../recordings/RecordingSettings.tsx';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';

/** The recordings, their settings and the space they take. */
export function RecordingsPage() {
  usePageTitle('Recordings');
  const { data, error } = useRecordings();
  const settings = useRecordingSettings().data;
  const problem = problemOf(error);
  return (
    <section className={page.page}>
      <div className={page.heading}>
        <div>
          <h1>Recordings</h1>
          <p className={page.lead}>A recording keeps what the HLS preview shows. It can be played once it has ended.</p>
        </div>
        <RecordButton />
      </div>
      {settings && <RecordingSpace settings={settings} />}
      {!data && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {data?.data.length === 0 && (
        <p className={page.empty}>
          No recordings yet. Record starts one while the source delivers and the preview runs.
        </p>
      )}
      {!!data?.data.length && <RecordingList recordings={data.data} />}
      {data?.nextCursor && (
        <p className={page.lead}>Only the newest {RECORDINGS_SHOWN} are shown. GET /api/recordings lists all.</p>
      )}
      {settings && (
        <>
          <h2>Settings</h2>
          <RecordingSettings settings={settings} />
        </>
      )}
    </section>
  );
}
