/**
 * CloudFront Function for API requests: passes on the host the viewer requested, because API Gateway needs its own name
 * in Host. Overwrites any value from the viewer. The API only logs it when it refuses a foreign request; a setting of
 * the function decides which host is the dashboard's.
 */
function handler(event) {
  const request = event.request;
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  return request;
}
