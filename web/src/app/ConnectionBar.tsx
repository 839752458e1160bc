import { CloudOff } from 'lucide-react';
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveConnection, LiveStatus } from '../lib/live.ts';
import styles from './ConnectionBar.module.css';

export const LiveContext = createContext<LiveConnection | null>(null);
const never = () => () => undefined;

/** A short loss is nobody's business. */
const quietForMs = 3000;
const connectedForMs = 2000;

/** After three seconds without a connection a bar says so; on return it says that for two, and goes. */
export function ConnectionBar() {
  const { t } = useTranslation('app');
  const live = useContext(LiveContext);
  const status = useSyncExternalStore(live?.subscribe ?? never, () => live?.status() ?? 'closed');
  const shown = useShown(status);
  if (shown === 'nothing') return null;
  return (
    <p className={styles.bar} role="status">
      {shown === 'offline' && <CloudOff size={16} aria-hidden="true" />}
      {shown === 'offline' ? t('offline') : t('connected')}
    </p>
  );
}

type Shown = 'nothing' | 'offline' | 'connected';

function useShown(status: LiveStatus): Shown {
  const [shown, setShown] = useState<Shown>('nothing');
  useEffect(() => {
    if (status === 'connecting') {
      const timer = setTimeout(() => setShown('offline'), quietForMs);
      return () => clearTimeout(timer);
    }
    setShown((before) => (before === 'offline' && status === 'ready' ? 'connected' : 'nothing'));
    const timer = setTimeout(() => setShown('nothing'), connectedForMs);
    return () => clearTimeout(timer);
  }, [status]);
  return shown;
}
