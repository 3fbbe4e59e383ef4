import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Simulated } from '~/tests/support/simulated.ts';

/** What a person waits for on the Cluster page, told by the page itself: by frames that were drawn, not by polls from outside. */

type State = Awaited<ReturnType<BrowserContext['storageState']>>;

/** From the start of the navigation to the first frame with a row, each time in a browser context without a cache; and what the page's own thread worked for that. */
export async function firstPaints(browser: Browser, { url, state, rounds }: { url: string; state: State; rounds: number }): Promise<{ times: number[]; cpuMs: number[] }> {
  const times: number[] = [];
  const cpuMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const context = await browser.newContext({ baseURL: url, storageState: state, viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.addInitScript(() => {
      // No function here has a name: the loader would wrap it in a helper that a page does not have.
      const observer = new MutationObserver(() => {
        if (document.querySelector('tr[data-instance]') === null) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => Object.assign(window, { paintedAt: performance.now() })));
      });
      observer.observe(document, { childList: true, subtree: true });
    });
    await page.goto('/');
    const painted = await page.waitForFunction(() => (window as unknown as { paintedAt?: number }).paintedAt);
    times.push((await painted.jsonValue())!);
    const { metrics } = await cdp.send('Performance.getMetrics');
    cpuMs.push(1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value);
    await context.close();
  }
  return { times, cpuMs };
}

const backMs = 5000;
const seenMsMax = 60_000;
const coloured = ':is([data-health=critical], [data-health=warning])';

/** From the order to the simulation (each time of another that has a Tarantool: routers have none, and a rule speaks up about what crashes thrice) to the frame in which the row has the other colour. */
export async function colourChanges(page: Page, simulated: Simulated, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const alias = (await page.locator('tr[data-instance]:not([data-instance^=front])').nth(round % 5).getAttribute('data-instance'))!;
    const seen = page.evaluate(
      ({ selector, limitMs }) =>
        new Promise<number>((resolve, reject) => {
          setTimeout(() => reject(new Error(`no ${selector} within ${limitMs} ms`)), limitMs);
          const observer = new MutationObserver(() => {
            if (document.querySelector(selector) === null) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
          });
          observer.observe(document.body, { childList: true, subtree: true, attributes: true });
        }),
      { selector: `tr[data-instance="${alias}"] ${coloured}`, limitMs: seenMsMax },
    );
    const begun = Date.now();
    await simulated.order({ kind: 'crash', seconds: backMs / 1000 }, [alias]);
    times.push((await seen) - begun);
    await page.locator(`tr[data-instance="${alias}"][data-state=ready]:not(:has(${coloured}))`).waitFor({ timeout: seenMsMax });
  }
  return times;
}

/** For 10 s, as fast as a wheel goes. */
export async function scrolled(page: Page): Promise<void> {
  await page.mouse.move(640, 500);
  const until = performance.now() + 10_000;
  for (let step = 0; performance.now() < until; step++) {
    await page.mouse.wheel(0, Math.floor(step / 60) % 2 === 0 ? 400 : -400);
    await wait(40);
  }
}

/** What comes over the network to a tab that is left alone. */
export async function receivedBy(page: Page, forMs: number): Promise<number> {
  const cdp = await page.context().newCDPSession(page);
  let bytes = 0;
  cdp.on('Network.dataReceived', ({ dataLength, encodedDataLength }) => (bytes += encodedDataLength || dataLength));
  await cdp.send('Network.enable');
  await wait(forMs);
  await cdp.detach();
  return bytes / (forMs / 1000);
}

/** Bytes of JavaScript that are reachable, before and after. */
export async function heapGrowth(page: Page, minutes: number): Promise<{ before: number; after: number; grown: number; in30Min: number }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.enable');
  const used = async () => {
    // Twice: what finalizers have let go is collected by the second one.
    for (let i = 0; i < 2; i++) await cdp.send('HeapProfiler.collectGarbage');
    return (await cdp.send('Runtime.getHeapUsage')).usedSize;
  };
  // Caches of a page that has just been used settle first.
  await wait(15_000);
  const before = await used();
  await wait(minutes * 60_000);
  const after = await used();
  return { before, after, grown: after - before, in30Min: ((after - before) * 30) / minutes };
}
