/** Values of `.env.local` at build time (`WEBPACK_*`), put in by the bundler. */
declare const __SIDEWIRE_DEFAULTS__: {
  readonly pusherKey: string;
  readonly wsHost: string;
  readonly wsPort: string | number;
  readonly apiBase: string;
  /** Whether any of them was given, rather than the defaults of development. */
  readonly isGiven: boolean;
};

/** Style sheets are imported for their effect and extracted by the bundler. */
declare module "*.css";
