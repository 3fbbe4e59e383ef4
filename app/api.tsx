'use client';
import { createTRPCClient, getUntypedClient, httpLink, type TRPCClient } from '@trpc/client';
import { createContext, use } from 'react';
import type { CodeCheck } from '~/contract/shapes/code.ts';
import type { Plan } from '~/contract/shapes/plan.ts';
import type { AppRouter } from '~/server/surfaces/trpc.ts';
import { entryOf, pathOf } from '~/contract/index.ts';
import type { InputOf, MutationName, OutcomeOf } from './lib/operation-types.ts';

/** The only way from the pages to the server: tRPC in the same origin, the session in a cookie that scripts cannot read. */
export type Api = TRPCClient<AppRouter>;

export const createApi = (): Api => createTRPCClient<AppRouter>({ links: [httpLink({ url: '/api/trpc', headers: { 'x-coterie-surface': 'ui' } })] });

const Context = createContext<Api | null>(null);
export const ApiProvider = Context.Provider;

export function useApi(): Api {
  const api = use(Context);
  if (!api) throw new Error('no API client around this component');
  return api;
}

/** Calls a mutation by its name in the contract: dialogs are driven by that name. */
export async function mutate<Name extends MutationName>(api: Api, name: Name, input: InputOf<Name>): Promise<OutcomeOf> {
  // Every mutation answers the `Outcome` of contract/shapes/plan.ts; the client loses that when called by name.
  return (await getUntypedClient(api).mutation(name, input)) as OutcomeOf;
}

/** A query whose input is too big for an URL: tRPC would put it there, REST takes it as a body. */
async function posted(operation: 'config.validate' | 'code.validate' | 'schema.check', input: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown> {
  const path = pathOf(entryOf(operation)).replaceAll(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(String(input[field])));
  const response = await fetch(`/api/v1${path}`, { method: 'POST', signal, body: JSON.stringify(input), headers: { 'content-type': 'application/json', 'x-coterie-surface': 'ui' } });
  const body: unknown = await response.json();
  if (!response.ok) throw Object.assign(new Error('refused'), { data: { problem: body } });
  return body;
}

type Texts = Readonly<Record<string, string | null>>;
export const validateSections = async (sections: Texts, signal: AbortSignal): Promise<Plan> => (await posted('config.validate', { sections }, signal)) as Plan;
export const validateCode = async (files: Texts, signal: AbortSignal): Promise<CodeCheck> => (await posted('code.validate', { files }, signal)) as CodeCheck;
export const checkSchema = async (role: string, document: string, signal: AbortSignal): Promise<CodeCheck> => (await posted('schema.check', { role, document }, signal)) as CodeCheck;
