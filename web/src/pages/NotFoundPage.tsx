import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { paths } from '../app/paths.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import classes from '../ui/page.module.css';

/** Shown for an unknown path. */
export function NotFoundPage() {
  usePageTitle('Not found');
  return (
    <section className={classes.page}>
      <h1>Page not found</h1>
      <p className={classes.lead}>
        No page at <code>{window.location.pathname}</code>. Your streams are not affected.
      </p>
      <Button component={Link} href={paths.show}>
        Go to the show
      </Button>
    </section>
  );
}
