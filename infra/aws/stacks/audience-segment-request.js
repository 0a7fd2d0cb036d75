/**
 * CloudFront Function for segments of the public side. Passes on only addresses that the public side has signed
 * (functions/domain/segment-address.ts), without folder and signature, because the origin has other shows' segments too.
 * The deployment puts the key in its place.
 */
const crypto = require('crypto');

const KEY = '<KEY>';
const PUBLIC = /^\/audience\/(hls|recordings)\/([0-9a-z]{26})\/([0-9a-f]{32})\/(.+)$/;
const PRIVATE = /^\/audience\/private\/([0-9a-z]{26})\/(live|recording)\/([0-9a-f]{32})\/(.+)$/;

function read(uri) {
  const open = PUBLIC.exec(uri);
  if (open) return { source: open[1] === 'hls' ? 'live' : 'recording', id: open[2], signature: open[3], path: open[4] };
  const closed = PRIVATE.exec(uri);
  return closed && { source: closed[2], id: closed[1], signature: closed[3], path: closed[4] };
}

function handler(event) {
  const request = event.request;
  const found = read(request.uri);
  const number = request.querystring.m;
  if (!found) return { statusCode: 404, statusDescription: 'Not Found' };
  const signed = `${found.source} ${found.id} ${found.path}${number ? `?m=${number.value}` : ''}`;
  const expected = crypto.createHmac('sha256', KEY).update(signed).digest('hex').slice(0, 32);
  if (expected !== found.signature) return { statusCode: 404, statusDescription: 'Not Found' };
  request.uri = `/${found.path}`;
  request.querystring = number ? { m: { value: number.value } } : {};
  return request;
}
