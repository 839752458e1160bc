import { Plane } from 'lucide-react';
import { cx } from '../../lib/cx.ts';
import styles from './Way.module.css';

export interface WayEnd {
  code: string;
  city: string;
  /** `07:40`, or what stands large instead. */
  large: string;
  /** `+1`, spoken as well: the day after. */
  days?: string | undefined;
}

/** From here to there, reading from the start side: in Arabic the departure is on the right and the plane turns. */
export function Way({ from, to, middle }: { from: WayEnd; to: WayEnd; middle?: string | undefined }) {
  return (
    <div className={styles.way}>
      <bdi dir="ltr" className={cx(styles.large, 't-figure')}>
        {from.large}
      </bdi>
      <span className={styles.line} aria-hidden="true">
        <Plane size={16} className={styles.plane} />
      </span>
      <bdi dir="ltr" className={cx(styles.large, styles.end, 't-figure')}>
        {to.large}
        {to.days && <sup className={cx(styles.days, 't-meta')}>{to.days}</sup>}
      </bdi>
      <span className={cx(styles.place, 't-meta')}>
        <bdi className={styles.code}>{from.code}</bdi> <bdi>{from.city}</bdi>
      </span>
      <span className={cx(styles.middle, 't-meta')}>{middle}</span>
      <span className={cx(styles.place, styles.end, 't-meta')}>
        <bdi>{to.city}</bdi> <bdi className={styles.code}>{to.code}</bdi>
      </span>
    </div>
  );
}
