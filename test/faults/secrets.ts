/** Looking for stream keys where none may be, in every spelling they could have there. */

/** Every way a key may be spelt in a text: raw, URL, JSON, HTML, base64, base64url, hex. */
function spellingsOf(key: string): string[] {
  const bytes = Buffer.from(key);
  const html = key.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  return [
    ...new Set([
      key,
      encodeURIComponent(key),
      encodeURI(key),
      new URLSearchParams({ key }).toString().slice('key='.length),
      JSON.stringify(key).slice(1, -1),
      html,
      // Without the last group, so that what follows the key in the same encoding does not hide it.
      bytes.toString('base64').replace(/.{0,3}=*$/, ''),
      bytes.toString('base64url').slice(0, -3),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
    ]),
  ];
}

/** Makes a search for any of the keys. @returns null, or where it was found without the key itself */
export function makeKeySearch(keys: readonly string[]): (text: string) => string | null {
  const spellings = keys.flatMap((key) => spellingsOf(key));
  return (text) => {
    for (const spelling of spellings) {
      const at = text.indexOf(spelling);
      if (at >= 0) return `at character ${at}, after ${JSON.stringify(text.slice(Math.max(0, at - 40), at))}`;
    }
    return null;
  };
}
