/** The fields that were given: an `undefined` would overwrite. */
export const present = <T extends object>(fields: T): { [F in keyof T]?: Exclude<T[F], undefined> } => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [F in keyof T]?: Exclude<T[F], undefined> };
