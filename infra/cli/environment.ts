/** Variables of the command that begin like the settings of `npm start`, which therefore ignores them. */
export const COMMAND_VARIABLES = ['SLUICE_SERVER', 'SLUICE_TOKEN', 'SLUICE_PASSPHRASE', 'SLUICE_DEBUG'] as const;

type Variable = (typeof COMMAND_VARIABLES)[number] | 'XDG_CONFIG_HOME' | 'NO_COLOR' | 'TERM';

/** Returns the value of a variable; undefined also when it is empty. */
export function readVariable(name: Variable): string | undefined {
  return process.env[name] || undefined;
}
