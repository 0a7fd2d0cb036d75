import { useEffect } from 'react';

let name = '';
let prefix = '';

function write(): void {
  document.title = `${prefix}${name && `${name} · `}Sluice`;
}

/** Names the page in the browser's tab and history. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    name = title;
    write();
    return () => {
      name = '';
      write();
    };
  }, [title]);
}

/** Shows a text before the name of every page, such as `(2) `. */
export function prefixPageTitle(text: string): void {
  prefix = text;
  write();
}
