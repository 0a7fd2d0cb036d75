/**
 * CloudFront Function on requests for the dashboard's files: a path that looks like a page is answered with the page,
 * which finds its way by itself. Paths with an extension stay what they are, so a missing file is a 404 and not a page;
 * so do paths under /api and /out, whose failures must never look like a page. The same rule as
 * functions/api/routes/dashboard.ts.
 */
function handler(event) {
  const request = event.request;
  const isPage = !/\.[^/.]+$/.test(request.uri) && !/^\/(api|out)(\/|$)/.test(request.uri);
  if (isPage) request.uri = '/index.html';
  return request;
}
