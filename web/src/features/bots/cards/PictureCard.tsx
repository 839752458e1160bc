import { useTranslation } from 'react-i18next';
import { Card } from '../../../ui/cards/Card.tsx';
import { Picture } from '../../../ui/cards/Picture.tsx';
import type { Of } from './context.ts';
import styles from './PictureCard.module.css';

/** A picture on its own; it opens whole, outside. */
export function PictureCard({ card }: { card: Of<'picture'> }) {
  const { t } = useTranslation('bots');
  return (
    <Card spoken={t('spokenPicture')}>
      <a
        className={styles.link}
        href={card.url}
        target="_blank"
        rel="noopener noreferrer"
        aria-label={t('opensOutside', { title: t('spokenPicture') })}
      >
        <Picture src={card.url} />
      </a>
    </Card>
  );
}
