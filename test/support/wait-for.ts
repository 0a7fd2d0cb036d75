/** Polls until `probe` returns a value other than null, undefined or false. */
export async function waitFor<Value>(
  what: string,
  probe: () => Value | Promise<Value>,
  { limitMs = 100_000, everyMs = 50 }: { limitMs?: number; everyMs?: number } = {},
): Promise<Exclude<Value, null | undefined | false>> {
  const until = Date.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== null && value !== undefined && value !== false)
      return value as Exclude<Value, null | undefined | false>;
    if (Date.now() > until) throw new Error(`timed out after ${limitMs} ms waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
