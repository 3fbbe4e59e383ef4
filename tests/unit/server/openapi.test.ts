import { expect, test } from 'vitest';
import { contract, entriesOf } from '~/contract/index.ts';
import { openapi } from '~/server/surfaces/openapi.ts';

/** The rules of OpenAPI 3.1 and JSON Schema 2020-12 that a generator can break. */

type Json = { [key: string]: any };
const document = openapi('1.2.3') as Json;
const operations = Object.entries(document.paths as Json).flatMap(([path, item]) => Object.entries(item as Json).map(([method, operation]) => ({ path, method, operation: operation as Json })));

function* schemasIn(value: unknown, path = '#'): Generator<{ path: string; schema: Json }> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'schema' || (path.endsWith('/components/schemas') && typeof inner === 'object')) yield* schemaTree(inner as Json, `${path}/${key}`);
    else yield* schemasIn(inner, `${path}/${key}`);
  }
}

function* schemaTree(schema: unknown, path: string): Generator<{ path: string; schema: Json }> {
  if (typeof schema !== 'object' || schema === null) return;
  const node = schema as Json;
  yield { path, schema: node };
  for (const key of ['properties', 'patternProperties']) for (const [name, inner] of Object.entries((node[key] ?? {}) as Json)) yield* schemaTree(inner, `${path}/${key}/${name}`);
  for (const key of ['items', 'additionalProperties', 'propertyNames', 'not']) yield* schemaTree(node[key], `${path}/${key}`);
  for (const key of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) for (const [index, inner] of ((node[key] ?? []) as Json[]).entries()) yield* schemaTree(inner, `${path}/${key}/${index}`);
}

const all = [...schemasIn(document)];

test('the document has what OpenAPI 3.1 requires, and survives JSON', () => {
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: expect.any(String), version: '1.2.3' } });
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  expect(Object.keys(document).filter((key) => !['openapi', 'info', 'servers', 'security', 'tags', 'paths', 'components'].includes(key))).toEqual([]);
});

test('every operation of the contract is there once, under its own name', () => {
  const ids = operations.map(({ operation }) => operation.operationId as string);
  expect(ids.toSorted()).toEqual(entriesOf(contract).map(({ name }) => name).toSorted());
});

test.each(operations)('$method $path', ({ path, method, operation }) => {
  expect(path).toMatch(/^(\/(\{\w+\}|[a-z-]+))+$/);
  const parameters = operation.parameters as Json[];
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  expect(inPath.map(({ name }) => name).toSorted()).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted());
  for (const parameter of parameters) {
    expect(Object.keys(parameter).filter((key) => !['name', 'in', 'required', 'description', 'schema'].includes(key))).toEqual([]);
    if (parameter.in === 'path') expect(parameter.required).toBe(true);
  }
  const keys = parameters.map(({ name, in: place }) => `${place} ${String(name).toLowerCase()}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(operation.summary).toBeTruthy();
  expect(Object.keys(operation.responses as Json).every((status) => /^[1-5]\d\d$/.test(status))).toBe(true);
  expect(operation.responses['200'].description).toBeTruthy();
  if (method === 'get') expect(operation.requestBody).toBeUndefined();
});

test('every reference leads somewhere, and every named shape is used', () => {
  const names = new Set(Object.keys(document.components.schemas as Json));
  const used = new Set([...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!));
  for (const reference of used) expect(names, reference).toContain(reference.replace('#/components/schemas/', ''));
  expect([...names].filter((name) => !used.has(`#/components/schemas/${name}`))).toEqual([]);
});

test('every schema is a JSON Schema', () => {
  expect(all.length).toBeGreaterThan(500);
  const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
  for (const { path, schema } of all) {
    for (const type of [schema.type ?? []].flat()) expect(types, path).toContain(type);
    // A record whose keys are an enum requires them all, and has them in `propertyNames`.
    if (schema.required) expect(schema.properties ? Object.keys(schema.properties as Json) : (schema.propertyNames as Json).enum, path).toEqual(expect.arrayContaining(schema.required as string[]));
    if (schema.pattern) expect(() => new RegExp(schema.pattern as string, 'u'), path).not.toThrow();
    if (schema.enum) expect(Array.isArray(schema.enum) && schema.enum.length > 0, path).toBe(true);
    for (const gone of ['nullable', '$defs', '$schema', 'definitions']) expect(schema, path).not.toHaveProperty(gone);
  }
});
