import { WorkerError } from "../core/errors";

/** What a frame between processes carries: raw bytes, the report at the end, or the error that ended the work. */
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

/** Takes frames apart as they arrive in pieces of any size. */
export class FrameParser {
  readonly #target: (item: number, length: number) => Uint8Array;
  readonly #onFrame: (kind: FrameKind, item: number, payload: Uint8Array) => void;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #filled = 0;
  #payload: Uint8Array | null = null;

  /**
   * @param target where the payload of a data frame goes: called once a frame, must have `length` bytes
   * @param onFrame called when a frame is whole; its payload may be reused afterwards
   */
  constructor(
    target: (item: number, length: number) => Uint8Array,
    onFrame: (kind: FrameKind, item: number, payload: Uint8Array) => void,
  ) {
    this.#target = target;
    this.#onFrame = onFrame;
  }

  /** True between frames: an end of the stream here is a clean one. */
  get isBetweenFrames(): boolean {
    return this.#payload === null && this.#filled === 0;
  }

  /**
   * Takes a piece apart.
   * @param isHeld asked after each whole frame: true stops there
   * @returns how many bytes were taken; the rest is to be pushed again later
   */
  push(chunk: Uint8Array, isHeld: () => boolean = () => false): number {
    let at = 0;
    while (at < chunk.length && !(this.isBetweenFrames && isHeld())) {
      const into = this.#payload ?? this.#header;
      const part = Math.min(into.length - this.#filled, chunk.length - at);
      into.set(chunk.subarray(at, at + part), this.#filled);
      this.#filled += part;
      at += part;
      if (this.#filled === into.length) this.#advance();
    }
    return at;
  }

  #advance(): void {
    this.#filled = 0;
    const kind = this.#header.readDoubleLE(0) as FrameKind;
    const item = this.#header.readDoubleLE(8);
    if (this.#payload === null) {
      const length = this.#header.readDoubleLE(16);
      this.#payload = kind === FRAME.data ? this.#target(item, length) : Buffer.alloc(length);
      if (this.#payload.length !== length) {
        throw new WorkerError(`found room for ${this.#payload.length} bytes, expected ${length} of a frame`);
      }
      if (length > 0) return;
    }
    const payload = this.#payload;
    this.#payload = null;
    this.#onFrame(kind, item, payload);
  }
}
