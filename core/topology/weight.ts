/** An equal share where nothing else was said; none where no buckets are kept. */
export const weightFor = (roles: readonly string[], old: number | null): number | null => (roles.includes('storage') ? (old ?? 1) : null);
