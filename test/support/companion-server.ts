import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CompanionServer {
  /** `http://127.0.0.1:PORT`. */
  origin: string;
  /** The custom variables that exist, with their values. */
  variables: Map<string, string>;
  /** Locations that have a button, `page/row/column`. */
  buttons: Set<string>;
  /** What was pressed, in order. */
  pressed: string[];
  /** Switches the HTTP API, as under Settings, Protocols. */
  isEnabled: boolean;
  close(): void;
}

/**
 * Starts a server that answers like Companion's HTTP API: 200 `ok`, 404 for a custom variable that does not exist, 204
 * for a location without a button, 403 while the API is switched off.
 */
export async function startCompanionServer(): Promise<CompanionServer> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => void (body += String(chunk)));
    request.on('end', () => response.writeHead(answer(request.method ?? '', request.url ?? '', body)).end('ok'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const companion: CompanionServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    variables: new Map(),
    buttons: new Set(),
    pressed: [],
    isEnabled: true,
    close: () => void server.close(),
  };

  function answer(method: string, path: string, body: string): number {
    if (!companion.isEnabled) return 403;
    const [, variable] = /^\/api\/custom-variable\/([\w-]+)\/value$/.exec(path) ?? [];
    const [, button] = /^\/api\/location\/(\d+\/\d+\/\d+)\/press$/.exec(path) ?? [];
    if (method !== 'POST' || (variable === undefined && button === undefined)) return 404;
    if (variable !== undefined) {
      if (!companion.variables.has(variable)) return 404;
      companion.variables.set(variable, body);
      return 200;
    }
    if (!companion.buttons.has(button!)) return 204;
    companion.pressed.push(button!);
    return 200;
  }

  return companion;
}
