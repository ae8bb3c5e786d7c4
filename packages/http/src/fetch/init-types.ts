/** Types that the Fetch standard names and Node's declarations do not. */

export type HeadersInit = NonNullable<ConstructorParameters<typeof Headers>[0]>;
export type BodyInit = NonNullable<ConstructorParameters<typeof Response>[0]>;
