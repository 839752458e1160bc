import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { IconButton } from '../IconButton.tsx';
import styles from './Carousel.module.css';

export interface CarouselLabels {
  /** "5 flights" */
  list: string;
  previous: string;
  next: string;
  /** "1 to 3 of 5" */
  range: (from: number, to: number, total: number) => string;
}

/**
 * Cards side by side, bleeding to the end edge of the thread (`--bleed-end`, set by whoever lays the thread out).
 * Swiped on touch; arrow keys and the two buttons go on by pointer and keyboard.
 */
export function Carousel({ labels, children }: { labels: CarouselLabels; children: readonly ReactNode[] }) {
  const list = useRef<HTMLUListElement>(null);
  const [shown, setShown] = useState({ from: 0, to: children.length - 1 });

  const look = useCallback(() => {
    const seen = list.current && wholeItems(list.current);
    if (seen) setShown((old) => (old.from === seen.from && old.to === seen.to ? old : seen));
  }, []);

  useEffect(() => {
    look();
    const observer = new ResizeObserver(look);
    if (list.current) observer.observe(list.current);
    return () => observer.disconnect();
  }, [look]);

  const goTo = (index: number) => {
    const scroller = list.current;
    const item = scroller?.children[Math.max(0, Math.min(index, children.length - 1))];
    if (!scroller || !item) return;
    scroller.scrollBy({ left: startOf(item, scroller), behavior: motion() });
  };

  // With focus on a card's button, the arrows go to the same button of its neighbour.
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    const scroller = list.current;
    if (!scroller || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
    const items = [...scroller.children];
    const current = items.findIndex((item) => item.contains(document.activeElement));
    const forward = (event.key === 'ArrowRight') === (getComputedStyle(scroller).direction === 'ltr');
    const neighbour = items[current + (forward ? 1 : -1)];
    if (current < 0 || !neighbour) return;
    event.preventDefault();
    const focusable = 'button:enabled, a[href]';
    const place = [...(items[current]?.querySelectorAll(focusable) ?? [])].indexOf(
      document.activeElement as Element,
    );
    const there = [...neighbour.querySelectorAll<HTMLElement>(focusable)];
    (there[place] ?? there.at(-1))?.focus({ preventScroll: true });
    goTo(items.indexOf(neighbour));
  };

  const total = children.length;
  const fits = shown.from === 0 && shown.to === total - 1;
  return (
    <section className={styles.carousel} aria-label={labels.list}>
      <ul ref={list} className={styles.list} onScroll={look} onKeyDown={onKeyDown}>
        {children.map((child, index) => (
          // Elements of a message never move.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <li key={index} className={styles.item}>
            {child}
          </li>
        ))}
      </ul>
      {!fits && (
        <div className={styles.pager}>
          <span className="t-meta">{labels.range(shown.from + 1, shown.to + 1, total)}</span>
          <IconButton
            label={labels.previous}
            icon={<ChevronLeft size={20} className="mirror" />}
            disabled={shown.from === 0}
            onClick={() => goTo(shown.from - Math.max(1, shown.to - shown.from + 1))}
          />
          <IconButton
            variant="raised"
            label={labels.next}
            icon={<ChevronRight size={20} className="mirror" />}
            disabled={shown.to === total - 1}
            onClick={() => goTo(shown.to + 1)}
          />
        </div>
      )}
    </section>
  );
}

/** How far the scroller has to move for the item to stand at its start edge; negative to the left. */
function startOf(item: Element, scroller: Element): number {
  const [box, frame] = [item.getBoundingClientRect(), scroller.getBoundingClientRect()];
  const { direction, scrollPaddingInlineStart } = getComputedStyle(scroller);
  const padding = Number.parseFloat(scrollPaddingInlineStart) || 0;
  return direction === 'rtl' ? box.right - frame.right + padding : box.left - frame.left - padding;
}

/** First and last card of which nearly all can be seen. */
function wholeItems(scroller: Element): { from: number; to: number } | null {
  const frame = scroller.getBoundingClientRect();
  const whole = [...scroller.children].flatMap((item, index) => {
    const box = item.getBoundingClientRect();
    const seen = Math.min(box.right, frame.right) - Math.max(box.left, frame.left);
    return seen >= box.width * 0.9 ? [index] : [];
  });
  const [from] = whole;
  const to = whole.at(-1);
  return from === undefined || to === undefined || frame.width === 0 ? null : { from, to };
}

const motion = (): ScrollBehavior =>
  matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
