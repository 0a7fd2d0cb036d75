import type { RouteConfig, z } from '@hono/zod-openapi';
import type { Hono } from 'hono';
import { hc } from 'hono/client';
import type { StatusCode } from 'hono/utils/http-status';
import { throwProblems } from './api-problem.ts';
import type { AccessTokensRoutes } from './routes/access-tokens.ts';
import type { WatchLinksRoutes } from './routes/watch-links.ts';
import type { FlagRoutes } from './routes/flags.ts';
import type { PublicPagesRoutes } from './routes/public-pages.ts';
import type { ShowChatRoutes } from './routes/show-chat.ts';
import type { InvitationsRoutes } from './routes/invitations.ts';
import type { InvitationLinksRoutes } from './routes/invitation-links.ts';
import type { PeopleRoutes } from './routes/people.ts';
import type { PresenceRoutes } from './routes/presence.ts';
import type { StatusTextRoutes } from './routes/status-text.ts';
import type { TransferRoutes } from './routes/transfer.ts';
import type { CeilingsRoutes } from './routes/ceilings.ts';
import type { CostsRoutes } from './routes/costs.ts';
import type { DeliveriesRoutes } from './routes/deliveries.ts';
import type { DestinationBulkStartRoutes } from './routes/destination-bulk-start.ts';
import type { DestinationBulkRoutes } from './routes/destination-bulk.ts';
import type { DestinationByReferenceRoutes } from './routes/destination-by-reference.ts';
import type { DestinationEditRoutes } from './routes/destination-edit.ts';
import type { DestinationListRoutes } from './routes/destination-list.ts';
import type { DestinationSlateRoutes } from './routes/destination-slate.ts';
import type { DestinationTransportRoutes } from './routes/destination-transport.ts';
import type { DestinationsRoutes } from './routes/destinations.ts';
import type { EstimatesRoutes } from './routes/estimates.ts';
import type { EventTypesRoutes } from './routes/event-types.ts';
import type { FlowEncoderAddressRoutes } from './routes/flow-encoder-address.ts';
import type { FlowSourcesRoutes } from './routes/flow-sources.ts';
import type { FlowThumbnailRoutes } from './routes/flow-thumbnail.ts';
import type { FlowRoutes } from './routes/flow.ts';
import type { GroupStartsRoutes } from './routes/group-starts.ts';
import type { HealthRoutes } from './routes/health.ts';
import type { IncidentMutesRoutes } from './routes/incident-mutes.ts';
import type { IncidentRulesRoutes } from './routes/incident-rules.ts';
import type { IncidentsRoutes } from './routes/incidents.ts';
import type { LogRoutes } from './routes/log.ts';
import type { MetricsRoutes } from './routes/metrics.ts';
import type { NoSourceLimitRoutes } from './routes/no-source-limit.ts';
import type { NotificationTargetsRoutes } from './routes/notification-targets.ts';
import type { OperationsRoutes } from './routes/operations.ts';
import type { OrphansRoutes } from './routes/orphans.ts';
import type { PreflightRoutes } from './routes/preflight.ts';
import type { PresetsRoutes } from './routes/presets.ts';
import type { PrimaryRoutes } from './routes/primary.ts';
import type { RecordingSettingsRoutes } from './routes/recording-settings.ts';
import type { RecordingsRoutes } from './routes/recordings.ts';
import type { RehearsalRoutes } from './routes/rehearsal.ts';
import type { ReportsRoutes } from './routes/reports.ts';
import type { ScrapeRoutes } from './routes/scrape.ts';
import type { SessionRoutes } from './routes/session.ts';
import type { ShowActionsRoutes } from './routes/show-actions.ts';
import type { ShowCeilingRoutes } from './routes/show-ceiling.ts';
import type { ShowCoverRoutes } from './routes/show-cover.ts';
import type { ShowListRoutes } from './routes/show-list.ts';
import type { ShowReportRoutes } from './routes/show-report.ts';
import type { ShowsRoutes } from './routes/shows.ts';
import type { SlateImageRoutes } from './routes/slate-image.ts';
import type { SnapshotRoutes } from './routes/snapshot.ts';
import type { SoundRoutes } from './routes/sound.ts';
import type { TimelineRoutes } from './routes/timeline.ts';
import type { UptimeRoutes } from './routes/uptime.ts';
import type { UserPoolRoutes } from './routes/user-pool.ts';

/**
 * The typed client of the API, for the dashboard and the command line. Its types come from the routes themselves, so a
 * changed schema is a compile error at every call. At run time it loads nothing of the server.
 */

/** Every documented route. `api-client.test.ts` does not compile when one is missing. */
export type ServedRoute =
  | AccessTokensRoutes
  | CeilingsRoutes
  | TransferRoutes
  | StatusTextRoutes
  | PresenceRoutes
  | PeopleRoutes
  | InvitationLinksRoutes
  | InvitationsRoutes
  | WatchLinksRoutes
  | FlagRoutes
  | PublicPagesRoutes
  | ShowChatRoutes
  | CostsRoutes
  | DeliveriesRoutes
  | DestinationBulkStartRoutes
  | DestinationBulkRoutes
  | DestinationByReferenceRoutes
  | DestinationEditRoutes
  | DestinationListRoutes
  | DestinationSlateRoutes
  | DestinationTransportRoutes
  | DestinationsRoutes
  | EstimatesRoutes
  | EventTypesRoutes
  | FlowEncoderAddressRoutes
  | FlowSourcesRoutes
  | FlowThumbnailRoutes
  | FlowRoutes
  | GroupStartsRoutes
  | HealthRoutes
  | IncidentMutesRoutes
  | IncidentRulesRoutes
  | IncidentsRoutes
  | LogRoutes
  | MetricsRoutes
  | NoSourceLimitRoutes
  | NotificationTargetsRoutes
  | OperationsRoutes
  | OrphansRoutes
  | PreflightRoutes
  | PresetsRoutes
  | PrimaryRoutes
  | RecordingSettingsRoutes
  | RecordingsRoutes
  | RehearsalRoutes
  | ReportsRoutes
  | ScrapeRoutes
  | SessionRoutes
  | ShowActionsRoutes
  | ShowCeilingRoutes
  | ShowCoverRoutes
  | ShowListRoutes
  | ShowReportRoutes
  | ShowsRoutes
  | SlateImageRoutes
  | SnapshotRoutes
  | SoundRoutes
  | TimelineRoutes
  | UptimeRoutes
  | UserPoolRoutes;

/** The schema type of all routes, as `hc` of `hono/client` needs it. */
export type ApiRoutes = {
  [Route in ServedRoute as ClientPath<Route['path']>]: Methods<Extract<ServedRoute, { path: Route['path'] }>>;
};

type Methods<Route extends RouteConfig> = { [One in Route as `$${One['method']}`]: EndpointOf<One> };

type ClientPath<Path extends string> = Path extends `${infer Start}{${infer Name}}${infer Rest}`
  ? `${Start}:${Name}${ClientPath<Rest>}`
  : Path;

/** Successes only: `createApiClient` throws every problem. Two routes with one path and method have the answers of both. */
type EndpointOf<Route extends RouteConfig> = Route extends RouteConfig
  ? { [Status in keyof Route['responses'] & StatusCode]: AnswerOf<Route, Status> }[keyof Route['responses'] &
      StatusCode]
  : never;

type AnswerOf<Route extends RouteConfig, Status extends StatusCode> = Route['responses'][Status] extends {
  content: infer Content;
}
  ? Content extends { 'application/json': { schema: infer Schema extends z.ZodType } }
    ? Answer<Route, Status, z.output<Schema>, 'json'>
    : Answer<Route, Status, unknown, 'file'>
  : Answer<Route, Status, unknown, 'empty'>;

/** A type, because `hc` accepts no interface here. */
type Answer<Route extends RouteConfig, Status extends StatusCode, Output, Format extends string> = {
  input: InputOf<Route['request']>;
  output: Output;
  outputFormat: Format;
  status: Status;
};

type InputOf<Request> = Flat<
  Part<'param', Request extends { params: infer Schema } ? Written<Schema> : NoFields> &
    Part<'query', Request extends { query: infer Schema } ? Query<Written<Schema>> : NoFields> &
    Part<'header', Request extends { headers: infer Schema } ? Written<Schema> : NoFields> &
    (Request extends { body: { content: { 'application/json': { schema: infer Schema } } } }
      ? { json: Written<Schema> }
      : unknown)
>;

/** What `z.strictObject({})` takes. */
type NoFields = Record<string, never>;

/** Leaves out a part without fields, and makes one optional of which no field is required. */
type Part<Name extends string, Fields> = string extends keyof Fields
  ? unknown
  : Record<never, never> extends Fields
    ? { [Key in Name]?: Fields }
    : { [Key in Name]: Fields };

/** As a client writes it, before defaults apply. */
type Written<Schema> = Schema extends z.ZodType ? z.input<Schema> : never;

/** A number in a query is read from its digits, so its schema would take anything. */
type Query<Fields> = { [Name in keyof Fields]: unknown extends Fields[Name] ? string | number : Fields[Name] };

type Flat<Type> = { [Key in keyof Type]: Type[Key] };

type AppType = Hono<Record<never, never>, ApiRoutes>;

/** The calls by path: `client.api.destinations[':destinationId'].start.$post({ param: { destinationId } })`. */
export type ApiClient = ReturnType<typeof hc<AppType>>;

export interface ApiClientOptions {
  /** Default: the global one. */
  fetch?: typeof fetch;
  /** Sent with every request, such as `authorization`. A function is called before each request. */
  headers?: Record<string, string> | (() => Promise<Record<string, string>>);
}

/**
 * Returns a client of one deployment. Its calls throw an `ApiProblem` for every answer that is a problem, and when the
 * server is unreachable.
 * @param origin such as `http://127.0.0.1:8080`
 */
export function createApiClient(
  origin: string,
  { fetch: send = fetch, headers = {} }: ApiClientOptions = {},
): ApiClient {
  return hc<AppType>(origin, { fetch: throwProblems(send), headers });
}
