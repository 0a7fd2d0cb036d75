import type { z } from '@hono/zod-openapi';
import type { Api } from '../api-deps.ts';

interface ApiRoute {
  method: string;
  /** As in the OpenAPI document: `/api/destinations/{destinationId}`. */
  path: string;
  /** Absent when the route takes no body. */
  body: z.ZodType | undefined;
  query: z.ZodType | undefined;
}

/** The documented routes, used for what the framework lacks: 405, unwanted bodies and the names of allowed fields. */
export interface RouteTable {
  find(method: string, path: string): ApiRoute | undefined;
  /** Returns the methods of a path; empty for an unknown path. */
  methodsOf(path: string): string[];
}

/** Reads the table from the app, including the documentation pages. Call it after all routes are registered. */
export function createRouteTable(api: Api): RouteTable {
  const routes = api.openAPIRegistry.definitions
    .filter((definition) => definition.type === 'route')
    .map(({ route }) => ({
      method: route.method.toUpperCase(),
      path: route.path,
      pattern: toPattern(route.path.replaceAll(/\{\w+\}/g, ':')),
      body: schemaOf(route.request?.body?.content['application/json']),
      query: route.request?.query as z.ZodType | undefined,
    }));
  const served = api.routes
    .filter((route) => route.method !== 'ALL' && route.path !== '/*')
    .map((route) => ({ method: route.method, pattern: toPattern(route.path) }));
  return {
    find(method, path) {
      const asked = method === 'HEAD' ? 'GET' : method;
      return routes.find((route) => route.method === asked && route.pattern.test(path));
    },
    methodsOf(path) {
      const methods = new Set(served.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
      if (methods.has('GET')) methods.add('HEAD');
      return [...methods].sort();
    },
  };
}

/** Returns the field names of a schema. */
export function fieldsOf(schema: z.ZodType | undefined): string[] {
  const shape = (schema as { shape?: Record<string, unknown> } | undefined)?.shape;
  return shape ? Object.keys(shape) : [];
}

function schemaOf(media: object | undefined): z.ZodType | undefined {
  return media && 'schema' in media ? (media.schema as z.ZodType) : undefined;
}

function toPattern(path: string): RegExp {
  const escaped = path.replaceAll(/[.+^$()|[\]{}\\?]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/:\w*/g, '[^/]+').replaceAll('*', '.*')}$`);
}
