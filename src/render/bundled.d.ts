/** A script for a page or picture, bundled and minified when the project is built (src/build/bundled.ts). */
declare module '*?bundled' {
  const code: string;
  export default code;
}
