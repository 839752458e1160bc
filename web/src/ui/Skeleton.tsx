import { type CSSProperties, useEffect, useState } from 'react';
import { cx } from '../lib/cx.ts';
import styles from './Skeleton.module.css';

/** One block of a layout that is on its way, with the fluting light passing over it. */
export function Skeleton({
  width,
  height = 12,
  shape = 'bar',
}: {
  width: CSSProperties['inlineSize'];
  height?: number;
  shape?: 'bar' | 'round' | 'tile';
}) {
  return (
    <span
      aria-hidden="true"
      className={cx(styles.skeleton, styles[shape])}
      style={{ inlineSize: width, blockSize: height }}
    />
  );
}

/** True once something has taken longer than `after` ms: under 200 ms nothing is shown, after 8 s words are. */
export function useTakesLong(waiting: boolean, after: number): boolean {
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setLong(true), after);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [waiting, after]);
  return waiting && long;
}
