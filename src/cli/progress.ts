/** How far a long input has been read, on a terminal's stderr only. */

import { noteProgress } from './streams.ts';

const FIRST_AFTER_MS = 700;
const EVERY_MS = 100;
const MB = 1e6;

export class Progress {
  private readonly file: string;
  private readonly size: number | null;
  private readonly enabled: boolean;
  private readonly began = Date.now();
  private next = this.began + FIRST_AFTER_MS;
  private shown = false;
  private bytes = 0;

  /** `size` in bytes of the file as it lies on disk; null where it is not known. */
  constructor(file: string, size: number | null, enabled: boolean) {
    this.file = file;
    this.size = size;
    this.enabled = enabled && process.stderr.isTTY === true;
  }

  /** Counts bytes as they are read from the file. */
  add(bytes: number): void {
    this.bytes += bytes;
    if (!this.enabled) return;
    const now = Date.now();
    if (now < this.next) return;
    this.next = now + EVERY_MS;
    this.shown = true;
    const rate = this.bytes / MB / ((now - this.began) / 1000);
    const share = this.size === null || this.size === 0 ? '' : `, ${Math.floor((100 * this.bytes) / this.size)}%`;
    noteProgress(`reading ${this.file}: ${Math.floor(this.bytes / MB)} MB${share}, ${Math.round(rate)} MB/s`);
  }

  done(): void {
    if (this.shown) noteProgress('');
    this.shown = false;
  }
}
