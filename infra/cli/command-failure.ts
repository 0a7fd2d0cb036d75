/** Exit codes of the command, documented in REFERENCE.md. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notSignedIn: 4,
  refused: 5,
  stillRunning: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'done'],
  [
    EXIT.failed,
    'failed: the server is unreachable or not healthy, the resource does not exist, the work failed, or what --wait started does not deliver',
  ],
  [EXIT.usage, 'wrong usage: an unknown command or option, or a name that matches several'],
  [EXIT.notSignedIn, 'not signed in, or the sign-in is not valid for this server'],
  [EXIT.refused, 'refused: the role does not allow it, the input is invalid, or the state does not allow it'],
  [EXIT.stillRunning, 'still running when the time of --timeout was over; the work continues'],
  [EXIT.interrupted, 'interrupted with Ctrl-C; the work continues'],
];

/** Ends the command with one line on standard error. `message` never contains a secret. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
