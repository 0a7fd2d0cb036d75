/** Reports that the data directory itself was removed, unmounted or replaced. */
export class DirectoryGoneError extends Error {
  override readonly name = 'DirectoryGoneError';
}

/** The data directory under watch. */
export interface WatchedDirectory {
  /** Throws when the directory is gone, not writable or full. */
  check(): void;
  /** Throws when the directory is gone. */
  requireInPlace(): void;
}
