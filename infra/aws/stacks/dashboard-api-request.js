/**
 * CloudFront Function on requests for the API: passes on the host the viewer asked for, because API Gateway needs its own
 * name as Host. The API logs it when it refuses a request as foreign and decides nothing by it; which host is the
 * dashboard's is a setting of the function. Whatever the viewer sent under this name is overwritten.
 */
function handler(event) {
  const request = event.request;
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  return request;
}
