import * as z from 'zod';
import { Me, Token, User } from '~/contract/access.ts';
import { errors, type ErrorCode } from '~/contract/errors.ts';
import { contract, entriesOf, methodOf, pathOf, type Entry } from '~/contract/index.ts';
import { ClusterConfig, ConfigMeta, Change } from '~/contract/shapes/config.ts';
import { Edit } from '~/contract/shapes/edit.ts';
import { ApplyRun, Plan } from '~/contract/shapes/plan.ts';
import { AgentStatus, EvalResult } from '~/contract/shapes/status.ts';
import { ClusterOverview, ClusterUpdate, Event, InstanceView, Issue, ReplicasetView, Suggestion } from '~/contract/shapes/view.ts';
import { restPath } from './rest.ts';

/** OpenAPI 3.1 as a loop over the contract; shapes that occur more than once stand under `components`. */

const named = { Me, Token, User, ClusterConfig, ConfigMeta, Change, Edit, ApplyRun, Plan, AgentStatus, EvalResult, ClusterOverview, ClusterUpdate, Event, InstanceView, Issue, ReplicasetView, Suggestion };

type Json = Record<string, unknown>;

export function openapi(version: string): Json {
  const names = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) names.add(schema as z.ZodType, { id });
  const components: Record<string, Json> = { Problem: problemSchema };
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => componentsOut(z.toJSONSchema(schema, { io, metadata: names, unrepresentable: 'any' }) as Json, components);
  const paths: Record<string, Json> = {};
  for (const entry of entriesOf(contract)) (paths[pathOf(entry)] ??= {})[methodOf(entry).toLowerCase()] = operationOf(entry, schemaOf);
  return {
    openapi: '3.1.0',
    info: { title: 'Coterie', version, description: 'Control plane for replicated, sharded Tarantool clusters. Every operation is also a CLI command and a tRPC procedure of the same name.', license: { name: 'BSD-2-Clause', identifier: 'BSD-2-Clause' } },
    servers: [{ url: restPath }],
    security: [{ token: [] }, { session: [] }],
    tags: Object.keys(contract).map((name) => ({ name })),
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token: token create, or login with `token: true`.' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-coterie', description: 'Set by login; changes also need an Origin header of this server.' },
      },
    },
  };
}

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => Json;

function operationOf(entry: Entry, schemaOf: SchemaOf): Json {
  const { noun, verb, name, operation } = entry;
  const subject: readonly string[] = operation.subject ?? [];
  const input = schemaOf(operation.input, 'input') as { properties?: Record<string, Json>; required?: string[] };
  const fields = Object.entries(input.properties ?? {});
  const required = new Set(input.required);
  const parameters: Json[] = fields
    .filter(([field]) => subject.includes(field))
    .toSorted(([a], [b]) => subject.indexOf(a) - subject.indexOf(b))
    .map(([field, schema]) => parameter(field, { schema, in: 'path', required: true }));
  const rest = fields.filter(([field]) => !subject.includes(field));
  const body: Json = { type: 'object', additionalProperties: false, properties: Object.fromEntries(rest), required: rest.map(([field]) => field).filter((field) => required.has(field)) };
  if (methodOf(entry) === 'GET') parameters.push(...rest.map(([field, schema]) => parameter(field, { schema, in: 'query', required: required.has(field) })));
  if (operation.kind === 'mutation') parameters.push(ifMatch, idempotencyKey);
  if (operation.kind === 'stream') parameters.push(lastEventId);
  return {
    operationId: name,
    tags: [noun],
    summary: operation.summary,
    description: [operation.details, operation.open ? 'Open to everybody.' : `Needs the role \`${operation.role}\`.`, `CLI: \`coterie ${noun} ${verb}\`.`].filter(Boolean).join('\n\n'),
    ...(operation.open ? { security: [] } : {}),
    parameters,
    ...(methodOf(entry) === 'GET' ? {} : { requestBody: { required: required.size > subject.length, content: { 'application/json': { schema: body } } } }),
    responses: { 200: success(entry, schemaOf), ...failures(entry) },
  };
}

function success({ operation }: Entry, schemaOf: SchemaOf): Json {
  const schema = schemaOf(operation.output, 'output');
  if (operation.kind === 'stream') return { description: 'Server-sent events: `id`, and in `data` one message of this shape as JSON.', content: { 'text/event-stream': { schema } } };
  return { description: 'Done', content: { 'application/json': { schema } } };
}

function failures({ operation }: Entry): Json {
  const mutation: ErrorCode[] = ['NOT_FOUND', 'CONFLICT', 'STALE_VERSION', 'REFUSED'];
  const codes: ErrorCode[] = ['BAD_INPUT', ...(operation.open ? (['LIMITED'] as const) : []), 'UNAUTHENTICATED', 'FORBIDDEN', ...(operation.kind === 'mutation' ? mutation : []), 'UNAVAILABLE'];
  return Object.fromEntries(codes.map((code) => [errors[code].http, { description: `${code}: ${errors[code].title}`, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }]));
}

function parameter(name: string, { schema, ...rest }: { schema: Json; in: 'path' | 'query' | 'header'; required: boolean }): Json {
  const { description, ...plain } = schema;
  return { name, ...rest, ...(description === undefined ? {} : { description }), schema: plain };
}

const ifMatch = parameter('If-Match', { in: 'header', required: false, schema: { type: 'string', description: 'Configuration version that the request was made against, e.g. "12"; 412 when it is not the current one.' } });
const idempotencyKey = parameter('Idempotency-Key', { in: 'header', required: false, schema: { type: 'string', maxLength: 200, description: 'The same key again within a day gets the first answer; nothing is run twice.' } });
const lastEventId = parameter('Last-Event-ID', { in: 'header', required: false, schema: { type: 'string', description: 'Go on behind this message.' } });

const problemSchema: Json = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail', 'code', 'data'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What to do about it' },
    instance: { type: 'string', description: 'Id of the request' },
    code: { type: 'string', enum: Object.keys(errors) },
    data: { type: 'object', description: 'The things involved: uuids, versions, the refusals of a plan' },
  },
};

/** Moves `$defs` under `components` and points at them there. */
function componentsOut(document: Json, components: Record<string, Json>): Json {
  const { $defs, ...schema } = document;
  for (const [name, definition] of Object.entries(($defs ?? {}) as Record<string, Json>)) components[name] ??= pointed(definition) as Json;
  delete schema['$schema'];
  return pointed(schema) as Json;
}

function pointed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (key === '$ref' && typeof inner === 'string') return [[key, inner.replace('#/$defs/', '#/components/schemas/')]];
      // The key of a component is its name; an `id` inside would change how references in it are resolved.
      if ((key === 'id' || key === '$id') && typeof inner === 'string') return [];
      return [[key, pointed(inner)]];
    }),
  );
}
