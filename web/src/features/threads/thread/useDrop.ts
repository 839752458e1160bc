import { type DragEvent, useRef, useState } from 'react';

const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');

/** Files that are dragged over an element, and dropped on it. */
export function useDrop(enabled: boolean, onFiles: (files: File[]) => void) {
  const [isOver, setIsOver] = useState(false);
  /** Entering a child is told before leaving its parent. */
  const depth = useRef(0);
  const end = () => {
    depth.current = 0;
    setIsOver(false);
  };
  return {
    isOver,
    handlers: {
      onDragEnter: (event: DragEvent) => {
        if (!enabled || !hasFiles(event)) return;
        depth.current++;
        setIsOver(true);
      },
      onDragOver: (event: DragEvent) => {
        // Also where nothing can be sent: a dropped file must not replace the page.
        if (hasFiles(event)) event.preventDefault();
      },
      onDragLeave: () => {
        if (--depth.current <= 0) end();
      },
      onDrop: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        end();
        if (enabled) onFiles([...event.dataTransfer.files]);
      },
    },
  };
}
