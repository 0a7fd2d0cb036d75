/** A chosen file as an import takes it. */
export interface ReadFile {
  name: string;
  content: { document: Record<string, unknown> } | { csv: string } | null;
  /** Why it cannot be imported. */
  problem?: string;
}

/** What one request may contain. */
const BYTES_MAX = 4_000_000;

/** Reads a file. A document is sent as it is, and the API says what is wrong with it. */
export async function readImportFile(file: Pick<File, 'name' | 'size' | 'text'>): Promise<ReadFile> {
  const { name, size } = file;
  if (size > BYTES_MAX) return { name, content: null, problem: `The file is larger than ${BYTES_MAX / 1_000_000} MB` };
  const text = (await file.text()).replace(/^\ufeff/, '');
  const start = text.trimStart();
  if (start === '') return { name, content: null, problem: 'The file is empty' };
  if (start.startsWith('<')) return { name, content: null, problem: 'This is a web page and no export' };
  if (!start.startsWith('{')) return { name, content: { csv: text } };
  try {
    return { name, content: { document: JSON.parse(text) as Record<string, unknown> } };
  } catch {
    return { name, content: null, problem: 'The file is damaged: it is no complete JSON' };
  }
}
