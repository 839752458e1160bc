import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';

/** A fault of ours ends in words and a way on, not in an empty page. */
export class CrashGuard extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    return this.state.crashed ? <Crashed /> : this.props.children;
  }
}

function Crashed() {
  const { t } = useTranslation('app');
  return (
    <EmptyState
      action={
        <Button variant="tinted" onClick={() => location.reload()}>
          {t('reload')}
        </Button>
      }
    >
      {t('crashed')}
    </EmptyState>
  );
}
