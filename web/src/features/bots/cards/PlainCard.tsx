import { Check, Copy, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../../lib/cx.ts';
import { Card } from '../../../ui/cards/Card.tsx';
import { CardFoot } from '../../../ui/cards/CardFoot.tsx';
import { CardHead } from '../../../ui/cards/CardHead.tsx';
import { CardLead } from '../../../ui/cards/CardLead.tsx';
import { Picture } from '../../../ui/cards/Picture.tsx';
import { minutesOf } from '../../../ui/cards/threadFacts.ts';
import { speakCard } from '../speakCard.ts';
import { useSpeech } from '../useSpeech.ts';
import { ButtonFeet } from './ButtonFeet.tsx';
import type { CardContext, Of } from './context.ts';
import { FlightWay } from './FlightWay.tsx';
import styles from './PlainCard.module.css';

/** One thing with a picture and words: media, a page of the web, a coupon, a permission, news of a flight. */
export function PlainCard({ card, ...context }: { card: Of<'plain'> } & CardContext) {
  const { t } = useTranslation('bots');
  const speech = useSpeech();
  const picture = card.picture && <Picture src={card.picture} />;
  return (
    <Card spoken={speakCard(card, speech)}>
      {card.news && (
        <CardHead icon={<TriangleAlert size={16} aria-hidden="true" />}>{t(`flight_${card.news}`)}</CardHead>
      )}
      {card.link && picture ? (
        <a
          href={card.link}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={t('opensOutside', { title: card.title ?? card.link })}
        >
          {picture}
        </a>
      ) : (
        picture
      )}
      {card.video && (
        // biome-ignore lint/a11y/useMediaCaption: a business brings none
        <video className={styles.video} src={card.video} controls preload="metadata" />
      )}
      {(card.title || card.lines.length > 0) && (
        <div className={styles.words}>
          {card.title && (
            <p className={cx(styles.title, 't-body')} dir="auto">
              {card.title}
            </p>
          )}
          {card.lines.map((line) => (
            <p key={line} className="t-small soft" dir="auto">
              {line}
            </p>
          ))}
        </div>
      )}
      {card.flight && (
        <CardLead>
          <FlightWay flight={card.flight} minutes={minutesOf(context.facts, card.flight)} />
        </CardLead>
      )}
      {card.code && <Code code={card.code} />}
      <ButtonFeet
        buttons={card.asks ? [{ ...card.asks, title: t(card.asks.title) }, ...card.buttons] : card.buttons}
        {...context}
      />
    </Card>
  );
}

/** The code of a coupon; a tap copies it and says so. */
function Code({ code }: { code: string }) {
  const { t } = useTranslation('bots');
  const [copied, setCopied] = useState(false);
  return (
    <div className={styles.code}>
      <bdi className={cx(styles.codeText, 'n')}>{code}</bdi>
      <CardFoot
        icon={copied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
        onPress={() => void navigator.clipboard.writeText(code).then(() => setCopied(true))}
      >
        <span aria-live="polite">{t(copied ? 'codeCopied' : 'copyCode')}</span>
      </CardFoot>
    </div>
  );
}
