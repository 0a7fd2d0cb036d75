import { useRoleRefusal } from '../api/session.ts';
import { ExportSection } from '../transfer/ExportSection.tsx';
import { ImportSection } from '../transfer/ImportSection.tsx';
import { ListSection } from '../transfer/ListSection.tsx';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';

/** Exports what is set up here, and imports what was exported. */
export function TransferPage() {
  usePageTitle('Export and import');
  const refusal = useRoleRefusal('admin');
  return (
    <section className={page.page}>
      <h1>Export and import</h1>
      {refusal === undefined ? (
        <>
          <ExportSection />
          <ImportSection />
          <ListSection />
        </>
      ) : (
        <p className={page.empty}>{refusal}</p>
      )}
    </section>
  );
}
