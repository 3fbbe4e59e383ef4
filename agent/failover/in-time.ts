/** What comes later than that, or never, is null. */
export function inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), timeoutMs);
    answer.then(resolve, () => resolve(null)).finally(() => clearTimeout(timer));
  });
}
