import {
  BadgeCheck,
  ChevronLeft,
  ChevronRight,
  ExternalLink,
  MessageCircle,
  ShieldCheck,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { WelcomeScreenProps } from '../../api/slots.ts';
import { cx } from '../../lib/cx.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Tile } from '../../ui/Tile.tsx';
import { WelcomeCover } from './WelcomeCover.tsx';
import styles from './WelcomeScreen.module.css';

/** The first visit to a business: who it is, what it says, what it does, what it sees, and one button. */
export function WelcomeScreen({ page, starting, onGetStarted, onBack }: WelcomeScreenProps) {
  const { t } = useTranslation('bots');
  const does = (page.menu?.items ?? []).slice(0, 4);
  const start = () => onGetStarted({ title: t('getStarted'), payload: page.getStarted?.payload ?? '' });

  return (
    <div className={styles.screen}>
      <div className={styles.scroller}>
        <div className={styles.cover}>
          <WelcomeCover id={page.id} color={page.color} />
          {onBack && (
            <IconButton
              className={styles.back}
              label={t('back')}
              icon={<ChevronLeft size={24} className="mirror" />}
              onClick={onBack}
            />
          )}
        </div>
        <div className={styles.column}>
          <span className={styles.tile}>
            <Tile id={page.id} name={page.name} color={page.color} size="large" />
          </span>
          <h1 className={cx(styles.name, 't-figure')}>
            <bdi>{page.name}</bdi>
            {page.verified && <BadgeCheck size={20} className={styles.verified} aria-label={t('verified')} />}
            <Tag>{t('bot')}</Tag>
          </h1>
          <p className="t-meta quiet">
            <bdi>{page.category}</bdi>
          </p>
          <p className={styles.greeting} dir="auto">
            {page.greeting ?? page.about}
          </p>
          {page.greeting && page.about && (
            <p className={cx(styles.about, 't-small soft')} dir="auto">
              {page.about}
            </p>
          )}
          {does.length > 0 && (
            <ul className={styles.does} aria-label={t('whatItDoes', { name: page.name })}>
              {does.map((item) => (
                <li key={item.title}>
                  {item.type === 'web_url' ? (
                    <ExternalLink size={20} className="mirror" aria-hidden="true" />
                  ) : item.type === 'nested' ? (
                    <ChevronRight size={20} className="mirror" aria-hidden="true" />
                  ) : (
                    <MessageCircle size={20} className="mirror" aria-hidden="true" />
                  )}
                  <span dir="auto">{item.title}</span>
                </li>
              ))}
            </ul>
          )}
          <p className={cx(styles.sees, 't-meta')}>
            <ShieldCheck size={16} aria-hidden="true" />
            {t('seesYou')}
          </p>
        </div>
      </div>
      <div className={styles.start}>
        <Button variant="solid" size="big" wide busy={starting} onClick={start}>
          {starting ? t('starting') : t('getStarted')}
        </Button>
        <p className="t-meta quiet">{t('stopAnyTime')}</p>
      </div>
    </div>
  );
}
