export { Access, createAccess, type AccessOptions, type Caller, type Credentials } from './access.ts';
export type { Actor } from './actor.ts';
export { allows, lesser } from './roles.ts';
