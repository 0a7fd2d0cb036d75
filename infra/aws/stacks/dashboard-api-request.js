/**
 * CloudFront Function on requests for the API: passes on the host the viewer asked for. API Gateway needs its own name
 * as Host, but sign-in must send the browser back to the name it came from, and the check against foreign pages compares
 * with it. Whatever the viewer sent under this name is overwritten; Cognito redirects to registered addresses only.
 */
function handler(event) {
  const request = event.request;
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  return request;
}
