import { BadgeCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../../lib/cx.ts';
import { Tile } from '../../../ui/Tile.tsx';
import styles from '../PaySheet.module.css';

/** Who is paid: tile, name and mark. The sheet's title says it aloud. */
export function Merchant({
  id,
  name,
  color,
  verified = false,
}: {
  id: string;
  name: string;
  color: string | undefined;
  verified: boolean | undefined;
}) {
  const { t } = useTranslation('payments');
  return (
    <div className={styles.merchant} aria-hidden="true">
      <Tile id={id} name={name} color={color} />
      <div>
        <p className="t-title">
          <bdi>{name}</bdi>
        </p>
        {verified && (
          <p className={cx(styles.verified, 't-meta quiet')}>
            <BadgeCheck size={14} />
            {t('verified')}
          </p>
        )}
      </div>
    </div>
  );
}
