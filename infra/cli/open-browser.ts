const PROGRAMS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  linux: ['xdg-open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens an address in the browser, where a person sits at the terminal. Where that fails, the address is printed too. */
export async function openBrowser(url: string): Promise<void> {
  const program = PROGRAMS[process.platform];
  if (!program || !process.stderr.isTTY) return;
  const [name, ...args] = program;
  const { spawn } = await import('node:child_process');
  const child = spawn(name, [...args, url], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}
