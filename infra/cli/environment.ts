type Variable = 'SLUICE_SERVER' | 'SLUICE_TOKEN' | 'SLUICE_DEBUG' | 'XDG_CONFIG_HOME' | 'NO_COLOR' | 'TERM';

/** Returns the value of a variable; undefined also when it is empty. */
export function readVariable(name: Variable): string | undefined {
  return process.env[name] || undefined;
}
