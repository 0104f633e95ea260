/** What a child tells its parent: a payload stands in the shared file, its report, or the error that ended its work. */
export const FRAME = { data: 1, report: 2, error: 3 } as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

/** Every frame begins with kind, item and length, each float64 (little endian): lengths may pass 4 GiB. */
export const FRAME_HEADER_BYTES = 24;

export function frameHeader(kind: FrameKind, item: number, length: number): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeDoubleLE(kind, 0);
  header.writeDoubleLE(item, 8);
  header.writeDoubleLE(length, 16);
  return header;
}

/** One frame; `text` is empty for data, whose `length` bytes do not travel in the stream. */
export interface Frame {
  readonly kind: FrameKind;
  readonly item: number;
  readonly length: number;
  readonly text: string;
}

/** Takes frames apart as they arrive in pieces of any size. */
export class FrameParser {
  readonly #onFrame: (frame: Frame) => void;
  #pending: Buffer = Buffer.alloc(0);

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** True between frames: an end of the stream here is a clean one. */
  get isBetweenFrames(): boolean {
    return this.#pending.length === 0;
  }

  push(chunk: Uint8Array): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= FRAME_HEADER_BYTES) {
      const kind = this.#pending.readDoubleLE(0) as FrameKind;
      const length = this.#pending.readDoubleLE(16);
      const end = FRAME_HEADER_BYTES + (kind === FRAME.data ? 0 : length);
      if (this.#pending.length < end) return;
      const item = this.#pending.readDoubleLE(8);
      const text = this.#pending.toString("utf8", FRAME_HEADER_BYTES, end);
      this.#pending = this.#pending.subarray(end);
      this.#onFrame({ kind, item, length, text });
    }
  }
}
