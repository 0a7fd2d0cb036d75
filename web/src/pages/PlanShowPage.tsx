import { Loader } from '@mantine/core';
import { useLocation } from 'wouter';
import { problemOf } from '../api/request.ts';
import { useShow } from '../api/shows.ts';
import { paths } from '../app/paths.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { ShowForm } from '../shows/ShowForm.tsx';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';

/** Plans a show, from nothing or as a copy of another one. */
export function PlanShowPage({ search }: { search: string }) {
  usePageTitle('Plan a show');
  const [, go] = useLocation();
  const from = new URLSearchParams(search).get('from');
  return (
    <section className={page.page}>
      <h1>Plan a show</h1>
      {from === null ? (
        <ShowForm onClose={(showId) => go(showId ? paths.plannedShow(showId) : paths.shows)} />
      ) : (
        <Copy showId={from} onClose={(showId) => go(paths.plannedShow(showId ?? from))} />
      )}
    </section>
  );
}

function Copy({ showId, onClose }: { showId: string; onClose: (showId: string | null) => void }) {
  const { data: show, error } = useShow(showId);
  const problem = problemOf(error);
  if (!show) return problem ? <ProblemPanel problem={problem} /> : <Loader />;
  return <ShowForm copied={show} onClose={onClose} />;
}
