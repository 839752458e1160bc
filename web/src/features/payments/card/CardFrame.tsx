import { useQuery } from '@tanstack/react-query';
import { type Ref, useImperativeHandle, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getPayConfig } from '../../../api/money.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { PayConfig } from '../../../api/types.ts';
import { useTheme } from '../../../lib/theme.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import styles from './CardFrame.module.css';
import { useFrameHeight, useFrameMessages } from './frame.ts';

export interface CardFrameHandle {
  /** Asks the card page for a token; it answers through `onToken` or `onError`. */
  submit: () => void;
}

interface CardFrameProps {
  ref: Ref<CardFrameHandle>;
  onValid: (valid: boolean) => void;
  onToken: (token: string) => void;
  onError: (code: string) => void;
}

/**
 * The card form: a page on the pay origin in a frame, so that number and code are typed where no script of ours, or
 * of anybody who got into ours, can read them. Only a token comes out.
 */
export function CardFrame(props: CardFrameProps) {
  const { t } = useTranslation('payments');
  const config = useQuery({
    queryKey: queryKeys.payConfig,
    queryFn: ({ signal }) => getPayConfig(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (config.isError)
    return <ErrorState onRetry={() => void config.refetch()}>{t('cardFormFailed')}</ErrorState>;
  return config.data ? <Frame config={config.data} {...props} /> : <FieldsToCome />;
}

function Frame({ config, ref, onValid, onToken, onError }: { config: PayConfig } & CardFrameProps) {
  const { t } = useTranslation('payments');
  const { language } = useFormat();
  const theme = useTheme();
  const frame = useRef<HTMLIFrameElement>(null);
  const [ready, setReady] = useState(false);
  const [height, setHeight] = useFrameHeight(180);
  const [src] = useState(() => {
    const url = new URL(config.cardUrl);
    url.searchParams.set('lang', language);
    url.searchParams.set('theme', theme);
    url.searchParams.set('origin', location.origin);
    return url.href;
  });

  useImperativeHandle(ref, () => ({
    submit: () => frame.current?.contentWindow?.postMessage({ type: 'stoa.card.submit' }, config.origin),
  }));
  useFrameMessages(frame, config.origin, (message) => {
    switch (message.type) {
      case 'stoa.card.ready':
        return setReady(true);
      case 'stoa.card.height':
        return setHeight(message.height);
      case 'stoa.card.valid':
        return onValid(message.valid);
      case 'stoa.card.token':
        return onToken(message.token);
      case 'stoa.card.error':
        return onError(message.code);
      case 'stoa.challenge.done':
        return;
    }
  });

  return (
    <div className={styles.frame} style={{ blockSize: height }}>
      {!ready && (
        <div className={styles.waiting}>
          <FieldsToCome />
        </div>
      )}
      <iframe
        ref={frame}
        src={src}
        title={t('cardDetails')}
        className={ready ? styles.ready : undefined}
        sandbox="allow-scripts allow-forms allow-same-origin"
        referrerPolicy="origin"
      />
    </div>
  );
}

function FieldsToCome() {
  return (
    <div className={styles.skeleton}>
      <Skeleton width="100%" height={48} />
      <Skeleton width="48%" height={48} />
    </div>
  );
}
