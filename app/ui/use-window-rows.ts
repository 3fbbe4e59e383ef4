'use client';
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useState, type FocusEvent, type RefObject } from 'react';

type Options = {
  /** In the order of the rows; a row has `data-index`. */
  readonly keys: readonly string[];
  readonly heightOf: (index: number) => number;
  /** Up to this many rows all are in the document, and the browser's own search finds them. */
  readonly allMax: number;
  /** What the rows stand in. */
  readonly body: RefObject<HTMLElement | null>;
};

/**
 * Of a long table only the rows in sight are in the document; the page itself scrolls. The row that has the focus stays,
 * so that neither scrolling nor a live update takes the keyboard away from where it is.
 */
export function useWindowRows({ keys, heightOf, allMax, body }: Options) {
  const [focused, setFocused] = useState<string | null>(null);
  const scrollMargin = useTopOf(body);
  const focusedIndex = focused === null ? -1 : keys.indexOf(focused);
  // oxlint-disable-next-line react/incompatible-library -- nothing here is compiled by React Compiler
  const rows = useWindowVirtualizer({
    count: keys.length,
    estimateSize: heightOf,
    getItemKey: useCallback((index: number) => keys[index]!, [keys]),
    overscan: 8,
    scrollMargin,
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        if (range.count <= allMax) return Array.from({ length: range.count }, (_, index) => index);
        const shown = defaultRangeExtractor(range);
        return focusedIndex < 0 || shown.includes(focusedIndex) ? shown : [...shown, focusedIndex].toSorted((a, b) => a - b);
      },
      [allMax, focusedIndex],
    ),
  });
  const onFocus = ({ target }: FocusEvent) => {
    const index = (target as Element).closest<HTMLElement>('[data-index]')?.dataset.index;
    if (index !== undefined) setFocused(keys[Number(index)] ?? null);
  };
  return { rows, scrollMargin, onFocus };
}

/** Where the element begins on the page: it moves when something above it grows. */
function useTopOf(element: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (element.current) setTop(Math.round(element.current.getBoundingClientRect().top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return top;
}
