/** Elements of the picture as plain data: written as text into the file, made as elements by its script. */

export interface Shape {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly text?: string;
  readonly children?: readonly Shape[];
}

export function shape(name: string, attributes: Shape['attributes'], text?: string): Shape {
  return text === undefined ? { name, attributes } : { name, attributes, text };
}

export function group(attributes: Shape['attributes'], children: readonly Shape[]): Shape {
  return { name: 'g', attributes, children };
}

/** A rectangle as part of a path. */
export function box(x: string | number, y: string | number, width: string | number, height: number): string {
  return `M${x} ${y}h${width}v${height}h-${width}z`;
}
