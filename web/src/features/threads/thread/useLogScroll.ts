import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Closer to the end than this counts as being there. */
const nearPx = 48;
/** Older messages are fetched before the top is reached. */
const fetchAheadPx = 800;

/**
 * Keeps the view where the reader is: at the newest while they are there, on the same message while older ones
 * are put in front, and on the line "New" when a thread is opened that has one.
 */
export function useLogScroll({
  scroller,
  content,
  loaded,
  firstKey,
  detached,
  onNearTop,
  onNearEnd,
}: {
  scroller: RefObject<HTMLElement | null>;
  content: RefObject<HTMLElement | null>;
  loaded: boolean;
  /** Key of the first message; changes when older ones come. */
  firstKey: string | undefined;
  /** The end of what is drawn is not the end of the talk. */
  detached: boolean;
  onNearTop: () => void;
  onNearEnd: () => void;
}) {
  const [atEnd, setAtEnd] = useState(true);
  const sticks = useRef(true);
  /** On its way to the end: what is passed meanwhile does not count as having left it. */
  const travels = useRef(false);
  /** Where the view was last seen or put at the end. */
  const endedAt = useRef(0);
  const placed = useRef(false);
  const anchor = useRef<{ key: string; offset: number } | null>(null);
  const isDetached = useRef(detached);
  isDetached.current = detached;

  const toEnd = useCallback(
    (smooth = false) => {
      const box = scroller.current;
      if (!box) return;
      sticks.current = true;
      const end = box.scrollHeight - box.clientHeight;
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      if (smooth && !calm && end - box.scrollTop > 1) {
        // A long way is cut short: only the last screen is travelled.
        box.scrollTop = Math.max(box.scrollTop, end - box.clientHeight);
        travels.current = true;
        box.scrollTo({ top: end, behavior: 'smooth' });
      } else {
        box.scrollTop = end;
        endedAt.current = box.scrollTop;
      }
    },
    [scroller],
  );

  /** The reader goes to a message; the view stays with it, whatever comes. */
  const leaveEnd = useCallback(() => {
    sticks.current = false;
    travels.current = false;
    endedAt.current = Number.POSITIVE_INFINITY;
    setAtEnd(false);
  }, []);

  const message = useCallback(
    (key: string) =>
      content.current?.querySelector<HTMLElement>(`[data-message="${CSS.escape(key)}"]`) ?? null,
    [content],
  );

  // First view: the line "New" a quarter down, else the newest.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!loaded || placed.current || !box) return;
    placed.current = true;
    const line = content.current?.querySelector<HTMLElement>('[data-new]');
    if (line) {
      box.scrollTop = line.offsetTop - box.clientHeight / 4;
      sticks.current = box.scrollHeight - box.scrollTop - box.clientHeight < nearPx;
      setAtEnd(sticks.current);
    } else toEnd();
  }, [loaded, scroller, content, toEnd]);

  // Older messages came: the one that was first stays where it is on the screen.
  useLayoutEffect(() => {
    const box = scroller.current;
    const before = anchor.current;
    if (box && before && before.key !== firstKey) {
      const moved = (message(before.key)?.offsetTop ?? before.offset) - before.offset;
      if (moved > 0) box.scrollTop += moved;
    }
    anchor.current = firstKey ? { key: firstKey, offset: message(firstKey)?.offsetTop ?? 0 } : null;
  }, [firstKey, message, scroller]);

  useEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (!box || !inner) return;
    const look = () => {
      const rest = box.scrollHeight - box.scrollTop - box.clientHeight;
      if (travels.current && rest >= nearPx) return;
      travels.current = false;
      // Talk that grew since we went to the end is not the reader leaving it; only a move up is.
      if (isDetached.current) sticks.current = false;
      else if (rest < nearPx) {
        sticks.current = true;
        endedAt.current = box.scrollTop;
      } else if (box.scrollTop < endedAt.current - 1) sticks.current = false;
      setAtEnd(sticks.current);
      if (box.scrollTop < fetchAheadPx) onNearTop();
      if (isDetached.current && rest < fetchAheadPx) onNearEnd();
    };
    const grown = new ResizeObserver(() => {
      if (sticks.current && !isDetached.current) toEnd();
      else look();
      const first = anchor.current;
      if (first) anchor.current = { ...first, offset: message(first.key)?.offsetTop ?? first.offset };
      if (box.scrollTop < fetchAheadPx) onNearTop();
    });
    grown.observe(inner);
    grown.observe(box);
    const arrive = () => {
      travels.current = false;
      look();
    };
    box.addEventListener('scroll', look, { passive: true });
    box.addEventListener('scrollend', arrive);
    box.addEventListener('wheel', arrive, { passive: true });
    return () => {
      grown.disconnect();
      box.removeEventListener('scrollend', arrive);
      box.removeEventListener('wheel', arrive);
      box.removeEventListener('scroll', look);
    };
  }, [scroller, content, onNearTop, onNearEnd, toEnd, message]);

  return { atEnd, toEnd, leaveEnd };
}
