/** A lintel over three columns, the first cut slantwise as a speech tail. One colour, never in a box. */
export function Mark({ size = 30, className }: { size?: number; className?: string | undefined }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="currentColor"
      aria-hidden="true"
      className={className}
    >
      <rect x="2.5" y="4" width="27" height="4.6" rx="1.6" />
      <path d="M5 11h4v13l-4 5zM12.1 11h4v13h-4zM19.2 11h4v13h-4z" />
    </svg>
  );
}
