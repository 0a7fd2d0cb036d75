/**
 * Recognizes addresses in chat text, also in spellings that people read as one. It prefers to refuse: a full stop without
 * a space after it looks like a domain, and the writer can put the space there. Pure.
 */

/** Endings of domains that are no words, so that they count also with spaces around the dot. */
const ENDINGS = 'com|net|org|info|biz|xyz|ru|cn|de|fr|uk|eu|tv|gg|io|ly|app|dev|shop|site|online|club|top|link|live|ws';
const LABEL = String.raw`[\p{L}\p{N}-]{2,}`;

const LINKS: readonly RegExp[] = [
  /\b(?:h(?:tt|xx)ps?|ftps?|wss?|rtmps?|mailto|magnet|tel|sms|javascript|data)\s*:/u,
  /\bwww\s*\./u,
  new RegExp(String.raw`${LABEL}\.(?:\p{L}{2,24}|xn--[a-z0-9-]+)(?![\p{L}\p{N}])`, 'u'),
  new RegExp(String.raw`${LABEL}\s*\.\s*(?:${ENDINGS})(?![\p{L}\p{N}])`, 'u'),
  new RegExp(String.raw`${LABEL}\s+(?:dot|punkt|punto|point)\s+(?:${ENDINGS})(?![\p{L}\p{N}])`, 'u'),
  /(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/u,
  /\[[0-9a-f:]*:[0-9a-f:]*\]/u,
];

/** Returns true for text with an address of a site, a host or a mailbox. */
export function hasLink(text: string): boolean {
  const flat = text
    .normalize('NFKC')
    .replaceAll(/[\p{Default_Ignorable_Code_Point}]/gu, '')
    .toLowerCase()
    // Full stops of other scripts, which browsers accept in host names.
    .replaceAll(/[。｡．․·•]/g, '.')
    .replaceAll(/\s*[[({<]\s*(?:dot|\.)\s*[\])}>]\s*/g, '.');
  return LINKS.some((link) => link.test(flat));
}
