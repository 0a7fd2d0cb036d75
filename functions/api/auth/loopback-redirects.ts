/**
 * Where the user pool sends a browser back to the sluice command. A pool compares the whole address, so the ports are
 * fixed; the command takes the first that is free. They are outside the ranges from which systems choose ports of
 * outgoing connections.
 * @see https://www.rfc-editor.org/rfc/rfc8252#section-7.3
 */
export const LOOPBACK_REDIRECTS = [8976, 18_976, 28_976].map((port) => `http://127.0.0.1:${port}/callback`);
