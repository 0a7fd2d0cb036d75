/** Reports that the table's files lack confirmed rows. The message is ready for the terminal. */
export class DamagedTableError extends Error {
  override readonly name = 'DamagedTableError';
  readonly path: string;

  constructor(path: string, what: string) {
    super(`${path} is damaged: ${what}`);
    this.path = path;
  }
}
