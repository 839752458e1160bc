import type { CSSProperties } from 'react';
import { tileTintOf } from '../../ui/avatar.ts';
import styles from './WelcomeCover.module.css';

/**
 * A shore in the light of the business's own colour: sky, sea and hills that are a little different for each.
 * It stands where a picture of the business will once it can have one; nothing is written on it.
 */
export function WelcomeCover({ id, color }: { id: string; color: string | undefined }) {
  const own = color && /^#[0-9a-f]{6}$/i.test(color) ? color : tileTintOf(id);
  const turn = [...id].reduce((sum, digit) => sum + (digit.codePointAt(0) ?? 0), 0);
  // The middle third is what a phone shows; wide screens see the whole shore at the same scale.
  const sun = 640 + (turn % 5) * 32;
  const rise = (turn % 3) * 8;
  return (
    <svg
      className={styles.cover}
      viewBox="0 0 1200 252"
      preserveAspectRatio="xMidYMid slice"
      style={{ '--business': own } as CSSProperties}
      aria-hidden="true"
    >
      <rect className={styles.sky} width="1200" height="252" />
      <circle className={styles.sun} cx={sun} cy="132" r="50" />
      <rect className={styles.sea} y="140" width="1200" height="112" />
      <g className={styles.glint}>
        <rect x={sun - 38} y="145" width="76" height="3" rx="1.5" />
        <rect x={sun - 24} y="155" width="48" height="3" rx="1.5" />
        <rect x={sun - 13} y="165" width="26" height="3" rx="1.5" />
      </g>
      <path
        className={styles.far}
        d={`M0 ${196 - rise}C150 160 330 158 480 174S800 212 1000 188S1160 172 1200 174V252H0Z`}
      />
      <path className={styles.mid} d={`M0 222C200 ${186 - rise} 420 198 620 216S980 236 1200 208V252H0Z`} />
      <path className={styles.near} d="M0 242C300 224 700 230 1200 246V252H0Z" />
    </svg>
  );
}
