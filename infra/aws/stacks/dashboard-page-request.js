/**
 * CloudFront Function for requests of dashboard files: answers a page path with index.html, where the client-side
 * router takes over. Paths with an extension are unchanged, so a missing file is a 404. So are paths under /api and
 * /out, whose failures must never return the page. functions/api/routes/dashboard.ts has the same rule.
 */
function handler(event) {
  const request = event.request;
  const isPage = !/\.[^/.]+$/.test(request.uri) && !/^\/(api|out)(\/|$)/.test(request.uri);
  if (isPage) request.uri = '/index.html';
  return request;
}
